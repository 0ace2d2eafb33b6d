import { Connection, type ConnectionOptions } from './connection.ts';
import { gather } from './gather.ts';
import { isRefusal } from './link-error.ts';
import { list, pairs, text } from './reply.ts';
import type { Server } from './server.ts';
import { type Topology, type View, viewOf } from './topology.ts';

/** How often sentinels are asked: a switch is noticed no later, also by who is cut off from the others. */
const EVERY_MS = 500;

/** How long the others are waited for when one has answered. */
const GRACE_MS = 200;

interface Answer {
  readonly server: Server;
  /** Grows with each switch. */
  readonly epoch: number;
}

/**
 * The primary that sentinels name. All of them are asked, and who knows of the latest switch is believed: one
 * that was cut off names the old primary for as long as it is.
 */
export class Sentinels implements Topology {
  readonly everyMs = EVERY_MS;
  readonly #primaryName: string;
  readonly #timeoutMs: number;
  readonly #connections: readonly Connection[];

  constructor(servers: readonly Server[], primaryName: string, options: ConnectionOptions) {
    this.#primaryName = primaryName;
    this.#timeoutMs = options.timeoutMs;
    this.#connections = servers.map((server) => new Connection(server, options));
  }

  async look(): Promise<View> {
    const answers = await gather(
      this.#connections.map((connection) => this.#ask(connection)),
      GRACE_MS,
    );
    const latest = answers.reduce((best, each) => (each.epoch > best.epoch ? each : best));
    return viewOf(latest.server);
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.drop('the store is closed');
  }

  async #ask(connection: Connection): Promise<Answer> {
    try {
      await connection.whenThere(this.#timeoutMs);
      const ask = (what: string) =>
        connection.send('SENTINEL', [what, this.#primaryName], this.#timeoutMs);
      // The second names the new primary only when the switch is complete; the first does as soon as there is
      // one.
      const [address, primary] = await Promise.all([ask('GET-MASTER-ADDR-BY-NAME'), ask('MASTER')]);
      const [host, port] = list(address).map(text);
      return {
        server: { host: host ?? '', port: Number(port) },
        epoch: Number(pairs(primary).get('config-epoch')),
      };
    } catch (error) {
      throw new Error(`${connection.name}: ${this.#reasonIn(error)}`, { cause: error });
    }
  }

  #reasonIn(error: unknown): string {
    if (isRefusal(error, 'ERR No such master')) return `it knows no primary '${this.#primaryName}'`;
    if (isRefusal(error, 'ERR unknown command')) return 'it is no sentinel';
    return error instanceof Error ? error.message : String(error);
  }
}
