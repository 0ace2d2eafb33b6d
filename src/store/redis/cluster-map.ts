import { Connection, type ConnectionOptions } from './connection.ts';
import { gather } from './gather.ts';
import { SLOTS } from './key-slot.ts';
import { isRefusal, reasonOf } from './link-error.ts';
import { integer, list, text } from './reply.ts';
import { type Server, serverName } from './server.ts';
import type { Topology, View } from './topology.ts';

/** How long the others are waited for when one has answered. */
const GRACE_MS = 200;

/** That a server has some slots, and how new the news is. */
export interface Claim {
  readonly from: number;
  readonly to: number;
  readonly server: Server;
  readonly epoch: number;
}

interface Answer {
  readonly claims: readonly Claim[];
  /** All members, replicas too. */
  readonly members: readonly Server[];
}

/**
 * Who has which slots of a cluster. All members are asked, and for each slot the latest claim is believed
 * (the one of the greatest epoch): a member that was cut off or stalled goes by an old map until it hears
 * from the others.
 */
export class ClusterMap implements Topology {
  /** Redirections and lost connections say when to look. */
  readonly everyMs = Infinity;
  readonly #seeds: readonly Server[];
  readonly #options: ConnectionOptions;
  readonly #connections = new Map<string, Connection>();
  #members: readonly Server[] = [];

  constructor(seeds: readonly Server[], options: ConnectionOptions) {
    this.#seeds = seeds;
    this.#options = options;
  }

  async look(): Promise<View> {
    const whom = this.#members.length > 0 ? this.#members : this.#seeds;
    this.#keep(whom);
    try {
      const asked = [...this.#connections.values()].map((connection) => this.#ask(connection));
      const answers = await gather(asked, GRACE_MS);
      this.#members = unique(answers.flatMap(({ members }) => members));
      return mapOf(answers.flatMap(({ claims }) => claims));
    } catch (error) {
      // All that were known are gone: back to those that the address names.
      this.#members = [];
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#keep([]);
  }

  #keep(servers: readonly Server[]): void {
    const names = new Set(servers.map(serverName));
    for (const [name, connection] of this.#connections) {
      if (names.has(name)) continue;
      connection.drop('it is not asked any more');
      this.#connections.delete(name);
    }
    for (const server of servers) {
      const name = serverName(server);
      if (this.#connections.has(name)) continue;
      this.#connections.set(name, new Connection(server, this.#options));
    }
  }

  async #ask(connection: Connection): Promise<Answer> {
    const { timeoutMs } = this.#options;
    try {
      await connection.whenThere(timeoutMs);
      const [slots, nodes] = await Promise.all([
        connection.send('CLUSTER', ['SLOTS'], timeoutMs),
        connection.send('CLUSTER', ['NODES'], timeoutMs).catch((error) => {
          // Not every user may ask for it; all claims are as good as each other then.
          if (isRefusal(error, 'NOPERM')) return Buffer.alloc(0);
          throw error;
        }),
      ]);
      return readAnswer(slots, epochsIn(text(nodes)), connection.server);
    } catch (error) {
      throw new Error(`${connection.name}: ${reasonOf(error)}`, { cause: error });
    }
  }
}

/**
 * Reads the reply to CLUSTER SLOTS: [first slot, last slot, primary, replicas…], a member being [host, port,
 * id, …].
 */
function readAnswer(reply: unknown, epochs: ReadonlyMap<string, number>, asked: Server): Answer {
  const claims: Claim[] = [];
  const members: Server[] = [asked];
  for (const range of list(reply)) {
    const [from, to, ...owners] = list(range);
    for (const [at, owner] of owners.entries()) {
      const [host, port, id] = list(owner);
      const said = host === null || host === undefined ? '' : text(host);
      // A member that doesn't know its own name is where it was asked.
      const server = { host: ['', '?'].includes(said) ? asked.host : said, port: integer(port) };
      members.push(server);
      if (at > 0) continue;
      const epoch = epochs.get(text(id)) ?? 0;
      claims.push({ from: integer(from), to: integer(to), server, epoch });
    }
  }
  return { claims, members };
}

/** Reads the reply to CLUSTER NODES: `id address flags primary ping pong epoch …` on each line. */
function epochsIn(nodes: string): ReadonlyMap<string, number> {
  const lines = nodes.split('\n').map((line) => line.split(' '));
  return new Map(lines.map(([id = '', , , , , , epoch]) => [id, Number(epoch)]));
}

/** Who has which slot by what was claimed, in whatever order. */
export function mapOf(claims: readonly Claim[]): View {
  const owners: (Server | undefined)[] = new Array(SLOTS).fill(undefined);
  for (const { from, to, server } of [...claims].sort((a, b) => a.epoch - b.epoch)) {
    owners.fill(server, from, to + 1);
  }
  const primaries = unique([...new Set(owners)].filter((each) => each !== undefined));
  return { primaries, ownerOf: (slot) => owners[slot] };
}

function unique(servers: readonly Server[]): readonly Server[] {
  return [...new Map(servers.map((server) => [serverName(server), server])).values()];
}
