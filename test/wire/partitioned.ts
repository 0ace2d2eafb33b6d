import { createMemory } from '../../src/store/memory.ts';
import { guid } from '../store/commands.ts';
import { type Porchlight, startPorchlight, TENANT } from './porchlight.ts';
import type { ToldPresence } from './watching.ts';

export const PARTITIONS = 8;

/** A server over memory of several partitions, which other servers may share. */
export async function startPartitioned(
  memory = createMemory({ partitions: PARTITIONS }),
  options: Parameters<typeof startPorchlight>[0] = {},
): Promise<Porchlight> {
  const store = memory.open();
  // What tests look at is the store that the server works with.
  return { ...(await startPorchlight({ ...options, parts: { store, ...options.parts } })), store };
}

/** Two users of each partition; those of partition p stand at p and p + 8. */
export const USERS: readonly string[] = (() => {
  const { partitionOf } = createMemory({ partitions: PARTITIONS }).open();
  const found: string[][] = Array.from({ length: PARTITIONS }, () => []);
  for (let at = 1; found.some(({ length }) => length < 2); at++) {
    found[partitionOf({ tenantId: TENANT, userId: guid(at) })]?.push(guid(at));
  }
  return [0, 1].flatMap((nth) => found.map((of) => of[nth] ?? ''));
})();

/** The user at a number. */
export function userAt(number: number): string {
  return USERS[number % USERS.length] ?? '';
}

/** What was committed about each user, in order: the texts that were said. */
export async function committedTexts({ store }: Porchlight): Promise<Map<string, string[]>> {
  const texts = new Map<string, string[]>();
  for (let partition = 0; partition < store.partitions; partition++) {
    const { entries } = await store.feed(partition, '', 100_000);
    for (const { userId, change } of entries) {
      const of = texts.get(userId) ?? [];
      texts.set(userId, [...of, change.after.statusMessage?.content ?? '']);
    }
  }
  return texts;
}

/**
 * A client as docs/stream.md asks for one: keeps the last id, takes a snapshot for the whole, and drops what
 * isn't newer than what it has. It complains where it is told what it was told before its last id, or twice in
 * one connection.
 */
export class FollowingClient {
  lastEventId = '';
  /** Of each user, the texts told since the snapshot, which counts as the first of them. */
  readonly texts = new Map<string, string[]>();
  readonly #taken: string[] = [];
  readonly #numbers = new Map<string, string>();
  /** What its last id stands for, and what this connection has told beyond that. */
  #numbersAtId: ReadonlyMap<string, string> = new Map();
  #covered = new Map<string, string>();

  /** One to which the same was told. */
  copy(): FollowingClient {
    const copy = new FollowingClient();
    for (const text of this.#taken) copy.take(text);
    return copy;
  }

  /** Takes the text of a connection, of which the last block may be cut off. */
  take(text: string): void {
    this.#taken.push(text);
    this.#covered = new Map(this.#numbersAtId);
    for (const block of text.split('\n\n').slice(0, -1)) this.#takeBlock(block);
  }

  /** `take`, and itself. */
  told(text: string): this {
    this.take(text);
    return this;
  }

  latest(userId: string): string | undefined {
    return this.texts.get(userId)?.at(-1);
  }

  #takeBlock(block: string): void {
    const lines = block.split('\n').map((line) => line.split(/: ?(.*)/s));
    const { event, id, data = '' } = Object.fromEntries(lines) as Record<string, string>;
    if (event === 'snapshot') {
      this.#numbers.clear();
      this.#covered.clear();
      this.texts.clear();
      for (const each of (JSON.parse(data) as { value: ToldPresence[] }).value) this.#put(each);
    } else if (event === 'presence') {
      this.#takePresence(JSON.parse(data) as ToldPresence);
    } else if (event !== undefined) throw new Error(`the stream ended: ${data}`);
    if (id === undefined) return;
    this.lastEventId = id;
    this.#numbersAtId = new Map(this.#covered);
  }

  #takePresence(presence: ToldPresence): void {
    const { id, sequenceNumber } = presence;
    const number = sequenceNumber ?? '';
    if (number <= (this.#covered.get(id) ?? '')) {
      throw new Error(`${id} was told again what its id stands for: ${number}`);
    }
    this.#covered.set(id, number);
    if (number > (this.#numbers.get(id) ?? '')) this.#put(presence);
  }

  #put({ id, sequenceNumber, statusMessage }: ToldPresence): void {
    this.#numbers.set(id, sequenceNumber ?? '');
    this.#covered.set(id, sequenceNumber ?? '');
    const texts = this.texts.get(id) ?? [];
    this.texts.set(id, [...texts, statusMessage?.message.content ?? '']);
  }
}

/** What a client that was told everything has of a user: all that was committed from its snapshot on. */
export function committedSince(
  snapshot: string | undefined,
  committed: readonly string[],
): string[] {
  const all = ['', ...committed];
  return all.slice(all.indexOf(snapshot ?? ''));
}
