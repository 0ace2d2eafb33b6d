import type { UserRecord } from '../../src/engine/advance.ts';
import { NEVER_MS, NO_FACTS } from '../../src/engine/facts.ts';
import {
  OFFLINE_PRESENCE,
  type Presence,
  presenceAt,
  samePresence,
} from '../../src/engine/presence.ts';
import { FEED_START, type FeedCursor, type PresenceStore } from '../../src/store/store.ts';
import { type FactName, type History, Violation } from './history.ts';
import { content, type Numbers } from './numbers.ts';

const PAGE = 1000;

/** More users than any test has. */
const ALL = 1_000_000;

export interface Expected {
  readonly tenantId: string;
  readonly userIds: readonly string[];
  readonly apps: readonly string[];
  readonly history: History;
  readonly numbers: Numbers;
}

/** The last change of a user in the feed. */
interface Last {
  readonly number: number;
  readonly after: Presence;
}

/**
 * Looks at a store that nobody serves: its facts follow from an allowed history, and its parts agree.
 * Kept from one look to the next, so that each reads what is new in the feed.
 */
export class StoreCheck {
  readonly #expected: Expected;
  /** Writes that were kept although nobody was told so any more. */
  keptUnacknowledged = 0;
  /** Changes read from the feed. */
  changes = 0;
  #cursor: FeedCursor = FEED_START;
  #last = new Map<string, Last>();

  constructor(expected: Expected) {
    this.#expected = expected;
  }

  /** @throws Violation */
  async look(store: PresenceStore, nowMs: number): Promise<void> {
    const { tenantId, userIds } = this.#expected;
    const records = await store.read(tenantId, userIds);
    await this.#readFeed(store);
    const due = await dueUsers(store, NEVER_MS);
    if (new Set(due).size < due.length) throw new Violation('a user has two due entries');
    for (const [index, userId] of userIds.entries()) {
      const record = records[index];
      this.#checkFacts(userId, record);
      if (record === undefined) {
        if (this.#last.has(userId)) throw new Violation(`user ${userId}: changes, but no record`);
        if (due.includes(userId)) throw new Violation(`user ${userId}: due, but no record`);
        continue;
      }
      checkDerived(userId, record, nowMs);
      this.#checkFeed(userId, record);
      await checkDue(userId, record, store);
    }
  }

  /** From the start: what was read before is still what it was. */
  async lookAgain(store: PresenceStore, nowMs: number): Promise<void> {
    this.#cursor = FEED_START;
    this.#last = new Map();
    this.changes = 0;
    await this.look(store, nowMs);
  }

  async #readFeed(store: PresenceStore): Promise<void> {
    for (;;) {
      const { entries, cursor } = await store.feed(0, this.#cursor, PAGE);
      for (const { userId, change } of entries) {
        const { number, before, after } = change;
        const last = this.#last.get(userId) ?? { number: 0, after: OFFLINE_PRESENCE };
        if (number <= last.number) {
          throw new Violation(
            `user ${userId}: in the feed, number ${number} follows ${last.number}`,
          );
        }
        if (!samePresence(before, last.after)) {
          throw new Violation(
            `user ${userId}: change ${number} begins at ${content(before)}, but ${last.number} ended at ${content(last.after)}`,
          );
        }
        this.#last.set(userId, { number, after });
        this.#expected.numbers.stands(userId, number, content(after));
      }
      this.changes += entries.length;
      this.#cursor = cursor;
      if (entries.length < PAGE) return;
    }
  }

  #checkFacts(userId: string, record: UserRecord | undefined): void {
    const { apps, history } = this.#expected;
    const facts = record?.facts ?? NO_FACTS;
    for (const name of factNames(userId, apps)) {
      const write = history.explain(name, facts);
      if (write.acknowledged) continue;
      this.keptUnacknowledged++;
      write.acknowledged = true;
    }
  }

  #checkFeed(userId: string, { number, presence }: UserRecord): void {
    const last = this.#last.get(userId) ?? { number: 0, after: OFFLINE_PRESENCE };
    if (number !== last.number || !samePresence(presence, last.after)) {
      throw new Violation(
        `user ${userId}: the record has ${number} ${content(presence)}, the feed ends at ${last.number} ${content(last.after)}`,
      );
    }
    if (number > 0) this.#expected.numbers.saw(userId, number, content(presence));
  }
}

export function factNames(userId: string, apps: readonly string[]): FactName[] {
  return [
    ...apps.map((app): FactName => ({ userId, fact: { app } })),
    { userId, fact: 'preferred' },
    { userId, fact: 'status message' },
  ];
}

/** What the record says of the presence is what its facts come to. */
function checkDerived(userId: string, { facts, presence, untilMs }: UserRecord, nowMs: number) {
  const derived = presenceAt(facts, untilMs === NEVER_MS ? nowMs : untilMs - 1);
  if (!samePresence(derived.presence, presence) || derived.untilMs !== untilMs) {
    throw new Violation(
      `user ${userId}: the record shows ${content(presence)} until ${untilMs}, its facts ${content(derived.presence)} until ${derived.untilMs}`,
    );
  }
}

/** An entry may be early, and must not be late. */
async function checkDue(userId: string, { untilMs }: UserRecord, store: PresenceStore) {
  if (untilMs === NEVER_MS) return;
  if (!(await dueUsers(store, untilMs)).includes(userId)) {
    throw new Violation(`user ${userId}: nothing is due at ${untilMs}`);
  }
}

async function dueUsers(store: PresenceStore, byMs: number): Promise<string[]> {
  return (await store.due(0, byMs, ALL)).map(({ userId }) => userId);
}
