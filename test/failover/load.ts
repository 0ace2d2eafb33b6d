import { setTimeout as after } from 'node:timers/promises';
import { advance } from '../../src/engine/advance.ts';
import type { PresenceCommand } from '../../src/engine/command.ts';
import { AVAILABLE, AWAY, BUSY, DO_NOT_DISTURB } from '../../src/engine/pair.ts';
import { OFFLINE_PRESENCE } from '../../src/engine/presence.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import type { PresenceStore } from '../../src/store/store.ts';
import { content } from '../crash/numbers.ts';
import type { Random } from '../crash/random.ts';
import { guid, setStatusMessage } from '../store/commands.ts';
import type { Outcome, Read, Write } from './history.ts';

export const TENANT = guid(0x1001);
const HOUR_MS = 3_600_000;
const PAIRS = [AVAILABLE, BUSY, AWAY, DO_NOT_DISTURB];

/** Between two calls: some hundreds of writes a second in all. */
const LONGEST_PAUSE_MS = 40;

export interface LoadParts {
  readonly stores: readonly PresenceStore[];
  readonly userIds: readonly string[];
  readonly random: Random;
  /** The number of the first writer; no other load on these users has a writer of the same number. */
  readonly firstWriter?: number;
}

/** Writers and readers at work, and what they were told. */
export class Load {
  readonly writes: Write[] = [];
  readonly reads: Read[] = [];
  readonly #parts: LoadParts;
  readonly #over = new AbortController();
  readonly #working: Promise<void>[] = [];

  constructor(parts: LoadParts) {
    this.#parts = parts;
  }

  begin({ writers, readers }: { readonly writers: number; readonly readers: number }): void {
    const { firstWriter = 0 } = this.#parts;
    for (let at = 0; at < writers; at++) this.#working.push(this.#write(firstWriter + at));
    for (let at = 0; at < readers; at++) this.#working.push(this.#read(`reader ${at}`));
  }

  /** Resolves when all that was asked for has been answered. */
  async end(): Promise<void> {
    this.#over.abort();
    await Promise.all(this.#working);
  }

  /** How many writes were acknowledged that were asked for since. */
  acknowledgedSince(ms: number): number {
    return this.#answeredSince(ms, 'acknowledged');
  }

  /** How many were answered otherwise that were asked for since. */
  failedSince(ms: number): number {
    return this.#answeredSince(ms, 'unknown') + this.#answeredSince(ms, 'refused');
  }

  #answeredSince(ms: number, wanted: Outcome): number {
    return this.writes.filter(({ begunMs, outcome }) => begunMs >= ms && outcome === wanted).length;
  }

  async #write(writer: number): Promise<void> {
    const { stores, userIds, random } = this.#parts;
    for (let count = 1; !this.#over.signal.aborted; count++) {
      const store = random.pick(stores);
      const userId = random.pick(userIds);
      const nowMs = Date.now() + store.aheadMs();
      const sessionId = guid(writer);
      // Each lifetime is another, so that it tells which write it is of.
      const lifetimeMs = HOUR_MS + count * 60_000;
      const text = `${userId.slice(0, 8)} ${writer} ${count}`;
      const isMessage = random.chance(0.7);
      const pair = random.pick(PAIRS);
      const command: PresenceCommand = isMessage
        ? setStatusMessage(text)
        : { kind: 'setPresence', appId: guid(0xa), sessionId, pair, lifetimeMs };
      const begunMs = performance.now();
      const told = await store
        .update({ tenantId: TENANT, userId }, nowMs, (record) => advance(record, nowMs, command))
        .then(
          ({ changes }) => ({ outcome: 'acknowledged' as const, changes }),
          (error) => ({ outcome: outcomeOf(error), changes: [] }),
        );
      const answered = { userId, begunMs, endedMs: performance.now(), ...told };
      this.writes.push(
        isMessage
          ? { kind: 'message', text, ...answered }
          : { kind: 'session', sessionId, expiresAtMs: nowMs + lifetimeMs, ...answered },
      );
      await this.#pause();
    }
  }

  async #read(reader: string): Promise<void> {
    const { stores, userIds, random } = this.#parts;
    while (!this.#over.signal.aborted) {
      const asked = random.some(userIds, 8);
      const begunMs = performance.now();
      try {
        const records = await random.pick(stores).read(TENANT, asked);
        const endedMs = performance.now();
        for (const [at, userId] of asked.entries()) {
          const { number, presence } = records[at] ?? { number: 0, presence: OFFLINE_PRESENCE };
          this.reads.push({ reader, userId, begunMs, endedMs, number, shown: content(presence) });
        }
      } catch (error) {
        mustBeAway(error);
      }
      await this.#pause();
    }
  }

  async #pause(): Promise<void> {
    await after(1 + this.#parts.random.next() * LONGEST_PAUSE_MS);
  }
}

function outcomeOf(error: unknown): Outcome {
  return mustBeAway(error).mayBeKept ? 'unknown' : 'refused';
}

/** Any other error is a defect. */
export function mustBeAway(error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  throw error;
}
