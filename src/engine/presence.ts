import { refillsAtMs } from './calendar.ts';
import {
  type CalendarFacts,
  type Facts,
  NEVER_MS,
  type Session,
  type StatusMessage,
} from './facts.ts';
import { outOfOfficeSource } from './out-of-office.ts';
import { type Activity, type Availability, OFFLINE, type Pair } from './pair.ts';
import { CALENDAR_STATE, outOfOfficePair, rankOf } from './precedence.ts';
import { sessionHoldsUntil, sessionState } from './session.ts';
import { sameWorkLocation, type WorkLocation, workLocationAt } from './work-location.ts';

/** What others see of a user at an instant. */
export interface Presence {
  readonly availability: Availability;
  readonly activity: Activity;
  readonly isOutOfOffice: boolean;
  readonly outOfOfficeMessage: string | null;
  readonly statusMessage: StatusMessage | null;
  /** Null where nothing is known of it. */
  readonly workLocation: WorkLocation | null;
}

/** Which fact decides the pair, before being out of office refines it. */
export type Decision =
  | { readonly by: 'preferred'; readonly pair: Pair; readonly untilMs: number }
  | { readonly by: 'calendar'; readonly pair: Pair; readonly untilMs: number }
  | { readonly by: 'session'; readonly pair: Pair; readonly session: Session }
  | { readonly by: 'no session'; readonly pair: Pair };

export const OFFLINE_PRESENCE: Presence = Object.freeze({
  ...OFFLINE,
  isOutOfOffice: false,
  outOfOfficeMessage: null,
  statusMessage: null,
  workLocation: null,
});

/**
 * Aggregation: the session whose state comes first in the order of session states; at a tie the one
 * set last. A meeting or focus time in the calendar has its place in the same order. Preferred presence wins
 * over both while at least one session lives, and with none the user is Offline, whatever the calendar says
 * (Graph: "presence: setUserPreferredPresence"; docs/decisions/0007-calendar.md).
 */
export function decide(facts: Facts, nowMs: number): Decision {
  let winner: { state: Pair; session: Session } | undefined;
  for (const session of facts.sessions) {
    const state = sessionState(session, nowMs);
    if (state === undefined) continue;
    if (winner === undefined || outranks(state, session, winner)) winner = { state, session };
  }
  if (winner === undefined) return { by: 'no session', pair: OFFLINE };
  const { preferred } = facts;
  if (preferred !== null && preferred.expiresAtMs > nowMs) {
    return { by: 'preferred', pair: preferred.pair, untilMs: preferred.expiresAtMs };
  }
  const planned = calendarState(facts.calendar, nowMs);
  if (planned !== undefined && rankOf(planned.pair) < rankOf(winner.state)) return planned;
  return { by: 'session', pair: winner.state, session: winner.session };
}

/** What the calendar would have shown now, the first in the order of session states. */
function calendarState(calendar: CalendarFacts | null, nowMs: number): Decision | undefined {
  let first: Decision | undefined;
  if (calendar === null) return first;
  for (const { kind, startsAtMs, endsAtMs } of calendar.spans) {
    if (startsAtMs > nowMs) break;
    const pair = CALENDAR_STATE[kind];
    if (pair === undefined || endsAtMs <= nowMs) continue;
    if (first === undefined || rankOf(pair) < rankOf(first.pair)) {
      first = { by: 'calendar', pair, untilMs: endsAtMs };
    }
  }
  return first;
}

function outranks(state: Pair, session: Session, best: { state: Pair; session: Session }): boolean {
  const difference = rankOf(state) - rankOf(best.state);
  return difference < 0 || (difference === 0 && session.setAtMs > best.session.setAtMs);
}

/**
 * The presence that follows from the facts at `nowMs`, and the instant until which it surely holds:
 * at each moment before `untilMs` the answer is the same. It may still be the same at `untilMs`: something may
 * end unseen, or the whole calendar be due for a look, which `edgeMs` leaves out.
 */
export function presenceAt(
  facts: Facts,
  nowMs: number,
): { presence: Presence; untilMs: number; edgeMs: number } {
  const decision = decide(facts, nowMs);
  const edgeMs = nextEdge(facts, nowMs);
  const { statusMessage, outOfOffice, calendar } = facts;
  const source = outOfOfficeSource(facts, nowMs);
  const isOutOfOffice = source !== null;
  const shown = isOutOfOffice ? outOfOfficePair(decision.pair) : decision.pair;
  return {
    presence: {
      availability: shown.availability,
      activity: shown.activity,
      isOutOfOffice,
      outOfOfficeMessage: source === 'automaticReplies' ? (outOfOffice?.message ?? null) : null,
      statusMessage:
        statusMessage !== null && statusMessage.expiresAtMs > nowMs ? statusMessage : null,
      workLocation: workLocationAt(facts, nowMs),
    },
    edgeMs,
    untilMs: Math.min(edgeMs, refillsAtMs(calendar, nowMs)),
  };
}

function nextEdge(facts: Facts, nowMs: number): number {
  let untilMs = NEVER_MS;
  const consider = (instantMs: number) => {
    if (instantMs > nowMs && instantMs < untilMs) untilMs = instantMs;
  };
  for (const session of facts.sessions) consider(sessionHoldsUntil(session, nowMs));
  if (facts.preferred !== null) consider(facts.preferred.expiresAtMs);
  if (facts.statusMessage !== null) consider(facts.statusMessage.expiresAtMs);
  if (facts.outOfOffice !== null) {
    consider(facts.outOfOffice.startsAtMs);
    consider(facts.outOfOffice.endsAtMs);
  }
  if (facts.calendar !== null) {
    for (const { startsAtMs, endsAtMs } of facts.calendar.spans) {
      consider(startsAtMs);
      consider(endsAtMs);
    }
  }
  for (const signal of facts.locations) consider(signal.endsAtMs);
  return untilMs;
}

/** Whether two presences look the same to everyone who may see all of them. */
export function samePresence(a: Presence, b: Presence): boolean {
  return (
    a.availability === b.availability &&
    a.activity === b.activity &&
    a.isOutOfOffice === b.isOutOfOffice &&
    a.outOfOfficeMessage === b.outOfOfficeMessage &&
    sameStatusMessage(a.statusMessage, b.statusMessage) &&
    sameWorkLocation(a.workLocation, b.workLocation)
  );
}

export function sameStatusMessage(a: StatusMessage | null, b: StatusMessage | null): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  return (
    a.content === b.content &&
    a.publishedAtMs === b.publishedAtMs &&
    a.expiresAtMs === b.expiresAtMs &&
    a.expiry?.dateTime === b.expiry?.dateTime &&
    a.expiry?.timeZone === b.expiry?.timeZone
  );
}
