import {
  type CalendarSpan,
  type Facts,
  NEVER_MS,
  type OutOfOffice,
  type PreferredPresence,
  type Session,
  withoutEnded,
} from './facts.ts';
import type { Pair } from './pair.ts';
import { CALENDAR_STATE } from './precedence.ts';
import { type Decision, decide, type Presence, presenceAt, samePresence } from './presence.ts';
import { sessionHoldsUntil, sessionState } from './session.ts';

/**
 * What a fact has to do with the presence shown: it decides the pair; another state comes first in the order; the
 * person's choice is shown in its place; it waits for a session to live, or for its time; it stands beside the pair,
 * as being out of office and work location do.
 */
export type Role = 'decides' | 'outranked' | 'overridden' | 'waits' | 'beside';

/** Why presence is what it is: each fact, and what has become of it. */
export interface Explanation {
  readonly presence: Presence;
  readonly decision: Decision;
  readonly sessions: readonly ExplainedSession[];
  readonly preferred: (PreferredPresence & { readonly role: Role }) | null;
  /** The stretches that are on or to come, in the order of their starts. */
  readonly calendar: readonly (CalendarSpan & { readonly role: Role })[];
  readonly automaticReplies: (OutOfOffice & { readonly role: Role }) | null;
  /** When it is another presence if nothing is said, and which; null for never. */
  readonly next: { readonly atMs: number; readonly presence: Presence } | null;
}

export interface ExplainedSession {
  readonly session: Session;
  /** What it was set to, faded as far as it has. */
  readonly state: Pair;
  /** When it fades next; null when it only ends. */
  readonly fadesAtMs: number | null;
  readonly role: Role;
}

/** Explains the presence that follows from the facts at `nowMs`; as `decide` and `presenceAt` have it. */
export function explain(facts: Facts, nowMs: number): Explanation {
  const decision = decide(facts, nowMs);
  const { presence } = presenceAt(facts, nowMs);
  const { preferred, outOfOffice, calendar } = withoutEnded(facts, nowMs);
  return {
    presence,
    decision,
    sessions: sessionsOf(facts, decision, nowMs),
    preferred: preferred && {
      ...preferred,
      role: decision.by === 'preferred' ? 'decides' : 'waits',
    },
    calendar: (calendar?.spans ?? []).map((span) => ({
      ...span,
      role: roleOfSpan(span, decision, nowMs),
    })),
    automaticReplies: outOfOffice && {
      ...outOfOffice,
      role: outOfOffice.startsAtMs > nowMs ? 'waits' : 'beside',
    },
    next: nextChange(facts, nowMs),
  };
}

function sessionsOf(facts: Facts, decision: Decision, nowMs: number): ExplainedSession[] {
  return facts.sessions.flatMap((session) => {
    const state = sessionState(session, nowMs);
    if (state === undefined) return [];
    const untilMs = sessionHoldsUntil(session, nowMs);
    const fadesAtMs = untilMs < session.expiresAtMs ? untilMs : null;
    return [{ session, state, fadesAtMs, role: roleOfSession(session, decision) }];
  });
}

function roleOfSession(session: Session, decision: Decision): Role {
  if (decision.by === 'preferred') return 'overridden';
  return decision.by === 'session' && decision.session === session ? 'decides' : 'outranked';
}

function roleOfSpan({ kind, startsAtMs }: CalendarSpan, decision: Decision, nowMs: number): Role {
  if (startsAtMs > nowMs) return 'waits';
  const state = CALENDAR_STATE[kind];
  if (state === undefined) return 'beside';
  switch (decision.by) {
    case 'no session':
      return 'waits';
    case 'preferred':
      return 'overridden';
    case 'calendar':
      return decision.pair === state ? 'decides' : 'outranked';
    case 'session':
      return 'outranked';
  }
}

/** The first change that comes by time alone. Of the calendar it knows what the facts hold. */
function nextChange(facts: Facts, nowMs: number): Explanation['next'] {
  let { presence, edgeMs } = presenceAt(facts, nowMs);
  while (edgeMs !== NEVER_MS) {
    const atMs = edgeMs;
    const next = presenceAt(withoutEnded(facts, atMs), atMs);
    if (!samePresence(presence, next.presence)) return { atMs, presence: next.presence };
    presence = next.presence;
    edgeMs = next.edgeMs;
  }
  return null;
}
