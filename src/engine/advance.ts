import { refillsAtMs } from './calendar.ts';
import { type Cause, causeOfTime } from './cause.ts';
import { apply, type PresenceCommand, type Refusal } from './command.ts';
import { type Facts, NEVER_MS, NO_FACTS, withoutEnded } from './facts.ts';
import { OFFLINE_PRESENCE, type Presence, presenceAt, samePresence } from './presence.ts';

/** What is kept about a user: the facts, and the presence last derived from them. */
export interface UserRecord {
  readonly facts: Facts;
  /** What the last change left; right until `untilMs`. */
  readonly presence: Presence;
  /** Number of the last change; 0 before the first. */
  readonly number: number;
  /** The instant until which `presence` holds if nothing is said, or at which the whole calendar is to be looked at. */
  readonly untilMs: number;
}

/** One step of a user's presence, old to new. */
export interface Change {
  readonly number: number;
  readonly atMs: number;
  readonly before: Presence;
  readonly after: Presence;
  readonly cause: Cause;
}

export interface Advanced {
  /** The same object as before when nothing is to be kept. */
  readonly record: UserRecord;
  /** In order; numbers grow. */
  readonly changes: readonly Change[];
  readonly refusal?: Refusal;
}

/** A user about whom nothing was ever said. */
export const NEW_RECORD: UserRecord = Object.freeze({
  facts: NO_FACTS,
  presence: OFFLINE_PRESENCE,
  number: 0,
  untilMs: NEVER_MS,
});

const NO_CHANGES: readonly Change[] = Object.freeze([]);

/**
 * The whole of presence: walks every transition passed on the way to `nowMs`, then applies the
 * command, and gives back the new record with its numbered changes. Each transition is stamped with
 * its own instant, so the changes follow from the history and not from when somebody looked.
 *
 * Time alone never runs back: with `nowMs` before the last transition and no command, the record
 * stays as it is. A command is taken at `nowMs` whatever came before, so that a clock set back
 * (docs/decisions/0010-sequence-numbers.md) heals by itself; only the numbers go on growing.
 */
export function advance(record: UserRecord, nowMs: number, command?: PresenceCommand): Advanced {
  const walked = walk(record, nowMs);
  if (command === undefined) return walked;

  const facts = apply(walked.record.facts, command, nowMs);
  if (typeof facts === 'string') return { ...walked, refusal: facts };
  if (facts === walked.record.facts) return walked;

  const { presence, untilMs } = presenceAt(facts, nowMs);
  const before = walked.record.presence;
  if (samePresence(before, presence)) {
    return {
      record: { facts, presence: before, number: walked.record.number, untilMs },
      changes: walked.changes,
    };
  }
  const number = nextNumber(walked.record.number, nowMs);
  const cause: Cause = { kind: command.kind, appId: command.appId };
  return {
    record: { facts, presence, number, untilMs },
    changes: [...walked.changes, { number, atMs: nowMs, before, after: presence, cause }],
  };
}

function walk(record: UserRecord, nowMs: number): Advanced {
  if (nowMs < record.untilMs) return { record, changes: NO_CHANGES };
  let { facts, presence, number, untilMs } = record;
  const changes: Change[] = [];
  while (untilMs <= nowMs) {
    const atMs = untilMs;
    const found = facts;
    facts = withoutEnded(found, atMs);
    const next = presenceAt(facts, atMs);
    if (!samePresence(presence, next.presence)) {
      number = nextNumber(number, atMs);
      const cause = causeOfTime(found, atMs, presence, next.presence);
      changes.push({ number, atMs, before: presence, after: next.presence, cause });
      presence = next.presence;
    }
    // A look at the whole calendar is no transition: overdue, it comes due every few minutes for ever.
    untilMs = next.edgeMs;
  }
  untilMs = Math.min(untilMs, refillsAtMs(facts.calendar, nowMs));
  return { record: { facts, presence, number, untilMs }, changes };
}

/**
 * Numbers grow with each change of a user, by the clock where it can: the instant of the change, or
 * one more than the last where clock or pace don't allow that (docs/decisions/0010-sequence-numbers.md).
 */
function nextNumber(last: number, atMs: number): number {
  return Math.max(last + 1, Math.floor(atMs));
}
