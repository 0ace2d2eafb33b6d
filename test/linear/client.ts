import { Agent } from 'node:http';
import { setTimeout as after } from 'node:timers/promises';
import type { PresenceCommand } from '../../src/engine/command.ts';
import { shownBy } from '../crash/load.ts';
import type { Random } from '../crash/random.ts';
import { bodyOf, type Habit, nextCommand, say } from './load.ts';
import type { Node } from './node.ts';
import type { Operation, WriteOutcome } from './operation.ts';
import { type Answer, ask } from './request.ts';

/** After that an answer is as good as lost. Longer than a server waits for Redis, so that most are heard. */
const PATIENCE_MS = 3000;

/** Between two operations of a client: with 16 of them a few hundred a second. */
const LONGEST_PAUSE_MS = 60;

export interface ClientParts {
  readonly name: string;
  readonly random: Random;
  readonly nodes: readonly Node[];
  readonly userIds: readonly string[];
  readonly app: { readonly id: string; readonly token: string };
  readonly record: (operation: Operation) => void;
  readonly tally: Tally;
}

export interface Tally {
  readsWithoutAnswer: number;
  /** Answers that nothing here asks for, such as 400 and 401: the test itself is at fault. */
  readonly unexpected: string[];
}

/** Asks one node for a while, and another one after an error, one thing at a time. */
export class Client {
  readonly #parts: ClientParts;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #habit: Habit = {};
  #messages = 0;
  #node: Node;

  constructor(parts: ClientParts) {
    this.#parts = parts;
    this.#node = parts.random.pick(parts.nodes);
  }

  async work(signal: AbortSignal): Promise<void> {
    const { random, nodes, userIds } = this.#parts;
    while (!signal.aborted) {
      if (random.chance(0.02)) this.#node = random.pick(nodes);
      // Some users are everybody's favourites.
      const userId = random.pick(random.chance(0.4) ? userIds.slice(0, 4) : userIds);
      const which = random.next();
      const isAnswered =
        which < 0.55
          ? await this.#write(userId)
          : which < 0.85
            ? await this.read(userId)
            : await this.readMany(random.some(userIds, random.between(2, 8)));
      if (!isAnswered) this.#node = random.pick(nodes);
      await after(random.next() * LONGEST_PAUSE_MS);
    }
    this.close();
  }

  /** The first word about a user: from then on everybody knows them. */
  greet(userId: string): Promise<boolean> {
    return this.#execute(userId, say(this.#parts.app.id, this.#nextMessage()));
  }

  #write(userId: string): Promise<boolean> {
    const { random, app } = this.#parts;
    const command = nextCommand(random, app.id, () => this.#nextMessage(), this.#habit);
    this.#habit.last = command;
    return this.#execute(userId, command);
  }

  #nextMessage(): string {
    return `${this.#parts.name} ${++this.#messages}`;
  }

  async #execute(userId: string, command: PresenceCommand): Promise<boolean> {
    const { answer, times } = await this.#ask(
      'POST',
      `/users/${userId}/presence/${command.kind}`,
      bodyOf(command),
    );
    const outcome = outcomeOf(answer);
    if (isUnexpected(answer) && outcome === 'no effect') this.#wonder(answer);
    this.#parts.record({ kind: 'write', userId, command, outcome, ...times });
    return outcome === 'ok' || outcome === 'not found';
  }

  async read(userId: string): Promise<boolean> {
    const { answer, times } = await this.#ask('GET', `/users/${userId}/presence`);
    if (isGood(answer)) this.#saw(answer, [JSON.parse(answer.text)], times);
    else this.#missed(answer);
    return isGood(answer);
  }

  async readMany(userIds: readonly string[]): Promise<boolean> {
    const path = '/communications/getPresencesByUserId';
    const { answer, times } = await this.#ask('POST', path, { ids: userIds });
    if (isGood(answer)) this.#saw(answer, JSON.parse(answer.text).value, times);
    else this.#missed(answer);
    return isGood(answer);
  }

  close(): void {
    this.#agent.destroy();
  }

  #saw(
    { headers }: Answer,
    presences: readonly Parameters<typeof shownBy>[0][],
    times: Times,
  ): void {
    const flag = headers['porchlight-stale-ms'];
    const stale = flag === undefined ? {} : { staleMs: Number(flag) };
    for (const presence of presences) {
      this.#parts.record({
        kind: 'read',
        userId: presence.id,
        ...shownBy(presence),
        ...stale,
        ...times,
      });
    }
  }

  #missed(answer: Reply): void {
    this.#parts.tally.readsWithoutAnswer++;
    if (isUnexpected(answer)) this.#wonder(answer);
  }

  #wonder({ status, text }: Answer): void {
    this.#parts.tally.unexpected.push(`${status} ${text}`);
  }

  async #ask(method: 'GET' | 'POST', path: string, body?: unknown) {
    const { name, app } = this.#parts;
    const { origin, name: node } = this.#node;
    const asking = { agent: this.#agent, origin, token: app.token, patienceMs: PATIENCE_MS };
    const invokedNs = nowNs();
    const answer = await ask(asking, method, path, body);
    const times: Times = { client: name, node, invokedNs, returnedNs: nowNs() };
    return { answer, times };
  }
}

type Reply = Awaited<ReturnType<typeof ask>>;

interface Times {
  readonly client: string;
  readonly node: string;
  readonly invokedNs: number;
  readonly returnedNs: number;
}

const STARTED_NS = process.hrtime.bigint();

function nowNs(): number {
  return Number(process.hrtime.bigint() - STARTED_NS);
}

function isGood(reply: Reply): reply is Answer {
  return typeof reply !== 'string' && reply.status === 200;
}

/** Neither done nor a failure of what was broken. */
function isUnexpected(reply: Reply): reply is Answer {
  return typeof reply !== 'string' && reply.status < 500 && reply.status !== 200;
}

function outcomeOf(reply: Reply): WriteOutcome {
  if (reply === 'not sent') return 'no effect';
  if (reply === 'no answer') return 'unknown';
  const { status, text } = reply;
  if (status === 200) return 'ok';
  if (status === 404) return 'not found';
  // A server that says so is held to it.
  if (status === 503 && text.includes('Nothing was changed')) return 'no effect';
  return status >= 500 ? 'unknown' : 'no effect';
}
