import type { Facts } from '../../src/engine/facts.ts';
import type { Pair } from '../../src/engine/pair.ts';

/** What a write says of one fact. `lifetimeMs` and `content` differ from write to write. */
export type Value =
  | { readonly kind: 'session'; readonly pair: Pair; readonly lifetimeMs: number }
  | { readonly kind: 'preferred'; readonly pair: Pair; readonly lifetimeMs: number }
  | { readonly kind: 'status message'; readonly content: string; readonly expiresAtMs: number }
  | { readonly kind: 'nothing' };

/**
 * A fact about a user that one write replaces as a whole: a session, named by its application, the
 * preferred presence, or the status message.
 */
export interface FactName {
  readonly userId: string;
  readonly fact: 'preferred' | 'status message' | { readonly app: string };
}

export interface Write extends FactName {
  readonly value: Value;
  /** Places in the order of all that this process saw; `Infinity` while under way. */
  readonly begun: number;
  ended: number;
  acknowledged: boolean;
  /** The same as Unix time: what the server stamps lies between. */
  readonly begunMs: number;
  endedMs: number;
}

/** A stored value that no allowed order of the writes explains. */
export class Violation extends Error {}

const NOTHING: Value = { kind: 'nothing' };

/** What may be in the store, by what was written and what of it was acknowledged. */
export class History {
  readonly #possible = new Map<string, Write[]>();
  readonly #underway = new Set<Write>();
  #place = 0;

  /** To be called before the write is sent. */
  begin(name: FactName, value: Value, nowMs: number): Write {
    const write: Write = {
      ...name,
      value,
      begun: ++this.#place,
      ended: Number.POSITIVE_INFINITY,
      acknowledged: false,
      begunMs: nowMs,
      endedMs: Number.POSITIVE_INFINITY,
    };
    this.possible(name).push(write);
    this.#underway.add(write);
    return write;
  }

  /** From now on its value is there, or that of a write that hadn't ended when this one began. */
  acknowledge(write: Write, nowMs: number): void {
    this.#end(write, nowMs);
    write.acknowledged = true;
    const possible = this.possible(write);
    this.#possible.set(
      keyOf(write),
      possible.filter((other) => other.ended >= write.begun),
    );
  }

  /** The server is gone: what wasn't acknowledged has happened by now, or never will. */
  crash(nowMs: number): number {
    const lost = this.#underway.size;
    for (const write of this.#underway) this.#end(write, nowMs);
    return lost;
  }

  /** The writes whose value may be in the store now. */
  possible(name: FactName): Write[] {
    const key = keyOf(name);
    let possible = this.#possible.get(key);
    if (possible === undefined) {
      const start = { begun: 0, ended: 0, acknowledged: true, begunMs: 0, endedMs: 0 };
      possible = [{ ...name, value: NOTHING, ...start }];
      this.#possible.set(key, possible);
    }
    return possible;
  }

  /**
   * Looks which write explains what is stored; from then on it is the only possible one.
   * @throws Violation when none does
   */
  explain(name: FactName, facts: Facts): Write {
    const possible = this.possible(name);
    const found = possible.findLast((write) => isStored(write, facts));
    if (found === undefined) {
      throw new Violation(
        `${describe(name)}: ${JSON.stringify(storedOf(name, facts))} is stored; possible were ${JSON.stringify(possible.map(summary))}`,
      );
    }
    this.#possible.set(keyOf(name), [found]);
    return found;
  }

  #end(write: Write, nowMs: number): void {
    write.ended = ++this.#place;
    write.endedMs = nowMs;
    this.#underway.delete(write);
  }
}

function keyOf({ userId, fact }: FactName): string {
  return `${userId} ${typeof fact === 'string' ? fact : fact.app}`;
}

function describe({ userId, fact }: FactName): string {
  return `${typeof fact === 'string' ? fact : `session of ${fact.app}`} of user ${userId}`;
}

function summary({ value, acknowledged }: Write) {
  return { ...value, acknowledged };
}

function storedOf({ fact }: FactName, { sessions, preferred, statusMessage }: Facts): unknown {
  if (fact === 'preferred') return preferred;
  if (fact === 'status message') return statusMessage;
  return sessions.filter((session) => session.appId === fact.app);
}

/** Whether the store holds what the write said, all of it. */
function isStored(write: Write, { sessions, preferred, statusMessage }: Facts): boolean {
  const { fact, value } = write;
  const own = typeof fact === 'string' ? [] : sessions.filter(({ appId }) => appId === fact.app);
  const [session] = own;
  switch (value.kind) {
    case 'nothing':
      if (fact === 'preferred') return preferred === null;
      if (fact === 'status message') return statusMessage === null;
      return own.length === 0;
    case 'session':
      return (
        session !== undefined &&
        own.length === 1 &&
        session.pair === value.pair &&
        session.expiresAtMs - session.setAtMs === value.lifetimeMs &&
        isWhile(write, session.setAtMs)
      );
    case 'preferred':
      return (
        preferred !== null &&
        preferred.pair === value.pair &&
        isWhile(write, preferred.expiresAtMs - value.lifetimeMs)
      );
    case 'status message':
      return (
        statusMessage !== null &&
        statusMessage.content === value.content &&
        statusMessage.expiresAtMs === value.expiresAtMs &&
        statusMessage.expiry?.dateTime === wallClock(value.expiresAtMs) &&
        isWhile(write, statusMessage.publishedAtMs)
      );
  }
}

function isWhile({ begunMs, endedMs }: Write, atMs: number): boolean {
  return begunMs <= atMs && atMs <= endedMs;
}

/** The instant as wall-clock time of UTC, as requests carry it. */
export function wallClock(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '0000');
}
