import {
  type CalendarFacts,
  type CalendarSpan,
  type CalendarSpanKind,
  type Facts,
  type LocationSignal,
  type OutOfOffice,
  type PreferredPresence,
  type Session,
  type StatusMessage,
  withoutEnded,
} from './facts.ts';
import { type NextChange, nextChange } from './next-change.ts';
import { type OutOfOfficeSource, outOfOfficeSource } from './out-of-office.ts';
import type { Pair } from './pair.ts';
import { CALENDAR_STATE } from './precedence.ts';
import { type Decision, decide, type Presence, presenceAt } from './presence.ts';
import { fadesToCome, sessionState } from './session.ts';
import { type Advantage, advantageOver, firstSignal } from './work-location.ts';

/**
 * What has become of a fact: it decides what is shown of its kind (the pair, being out of office, the work location);
 * another one comes first; the person's choice is shown in its place; it waits for its time, or for a session to live.
 */
export type Standing =
  | { readonly role: 'decides' }
  | { readonly role: 'outranked'; readonly by: Rival }
  | { readonly role: 'overridden'; readonly by: Decision & { readonly by: 'preferred' } }
  | { readonly role: 'waits'; readonly for: 'its time' | 'a session' };

/** What comes first in place of a fact. */
export type Rival =
  | { readonly kind: 'state'; readonly decision: Decision; readonly isSameState: boolean }
  | { readonly kind: 'automaticReplies' }
  /** `advantage` over another signal; what is scheduled comes after every signal. */
  | {
      readonly kind: 'location';
      readonly signal: LocationSignal;
      readonly advantage: Advantage | undefined;
    };

export interface Explained<Fact> {
  readonly fact: Fact;
  readonly standing: Standing;
}

export interface ExplainedSession extends Explained<Session> {
  /** What it was set to, faded as far as it has. */
  readonly state: Pair;
  /** What it fades to while it lives, and when. */
  readonly fades: readonly { readonly atMs: number; readonly state: Pair }[];
}

/** Why presence is what it is: each fact, and what has become of it. Nothing that has ended is here. */
export interface Explanation {
  readonly presence: Presence;
  /** What decides the pair, before being out of office refines it. */
  readonly decision: Decision;
  readonly sessions: readonly ExplainedSession[];
  readonly preferred: Explained<PreferredPresence> | null;
  /** Meetings and focus times that are on or to come, in the order of their starts. */
  readonly calendar: readonly Explained<CalendarSpan>[];
  readonly outOfOffice: {
    readonly source: OutOfOfficeSource | null;
    readonly automaticReplies: Explained<OutOfOffice> | null;
    readonly calendar: readonly Explained<CalendarSpan>[];
  };
  readonly workLocation: {
    readonly signals: readonly Explained<LocationSignal>[];
    /** When the calendar has them work elsewhere. */
    readonly calendar: readonly Explained<CalendarSpan>[];
  };
  readonly statusMessage: StatusMessage | null;
  /** What is known of the calendar; null for a user who never had one. */
  readonly calendarState: CalendarState | null;
  readonly next: NextChange | null;
}

export interface CalendarState {
  /** Whether a change of the calendar is under way, of which the facts don't know yet. */
  readonly isAwaited: boolean;
  /** Nothing begins before that isn't in the facts, unless it is entered; `NEVER_MS` when all of it is there. */
  readonly knownUntilMs: number;
}

const DECIDES: Standing = { role: 'decides' };
const WAITS_FOR_TIME: Standing = { role: 'waits', for: 'its time' };
const WAITS_FOR_SESSION: Standing = { role: 'waits', for: 'a session' };

/** Explains the presence that follows from the facts at `nowMs`; as `decide` and `presenceAt` have it. */
export function explain(facts: Facts, nowMs: number): Explanation {
  const living = withoutEnded(facts, nowMs);
  const { preferred, outOfOffice, statusMessage, calendar, locations } = living;
  const decision = decide(living, nowMs);
  const source = outOfOfficeSource(living, nowMs);
  const first = firstSignal(living, nowMs);
  const away: Standing =
    source === 'calendar' ? DECIDES : { role: 'outranked', by: { kind: 'automaticReplies' } };
  const elsewhere: Standing =
    first === undefined
      ? DECIDES
      : { role: 'outranked', by: { kind: 'location', signal: first, advantage: undefined } };
  /** The entries of the kinds that have a standing while they are on. */
  const entries = (standingOf: (kind: CalendarSpanKind) => Standing | undefined) =>
    (calendar?.spans ?? []).flatMap((fact) => {
      const standing = standingOf(fact.kind);
      if (standing === undefined) return [];
      return [{ fact, standing: fact.startsAtMs > nowMs ? WAITS_FOR_TIME : standing }];
    });
  return {
    presence: presenceAt(living, nowMs).presence,
    decision,
    sessions: living.sessions.map((session) => explainSession(session, decision, nowMs)),
    preferred: preferred && {
      fact: preferred,
      standing: decision.by === 'preferred' ? DECIDES : WAITS_FOR_SESSION,
    },
    calendar: entries((kind) => {
      const state = CALENDAR_STATE[kind];
      return state && standingOfState(state, 'calendar', decision);
    }),
    outOfOffice: {
      source,
      automaticReplies: outOfOffice && {
        fact: outOfOffice,
        standing: source === 'automaticReplies' ? DECIDES : WAITS_FOR_TIME,
      },
      calendar: entries((kind) => (kind === 'outOfOffice' ? away : undefined)),
    },
    workLocation: {
      signals: locations.map((fact) => ({ fact, standing: standingOfSignal(fact, first) })),
      calendar: entries((kind) => (kind === 'workingElsewhere' ? elsewhere : undefined)),
    },
    statusMessage,
    calendarState: calendar && stateOf(calendar, nowMs),
    next: nextChange(living, nowMs),
  };
}

function explainSession(session: Session, decision: Decision, nowMs: number): ExplainedSession {
  const state = sessionState(session, nowMs) ?? session.pair;
  const isDecisive = decision.by === 'session' && decision.session === session;
  return {
    fact: session,
    state,
    fades: fadesToCome(session, nowMs),
    standing: isDecisive ? DECIDES : standingOfState(state, 'session', decision),
  };
}

/** What becomes of a state beside the decision. Those of the calendar differ by kind, so the state tells which decides. */
function standingOfState(state: Pair, of: 'session' | 'calendar', decision: Decision): Standing {
  if (decision.by === 'no session') return WAITS_FOR_SESSION;
  if (decision.by === 'preferred') return { role: 'overridden', by: decision };
  const isSameState = decision.pair === state;
  if (isSameState && of === 'calendar' && decision.by === 'calendar') return DECIDES;
  return { role: 'outranked', by: { kind: 'state', decision, isSameState } };
}

function standingOfSignal(signal: LocationSignal, first: LocationSignal | undefined): Standing {
  if (first === undefined || first === signal) return DECIDES;
  const advantage = advantageOver(first, signal);
  return { role: 'outranked', by: { kind: 'location', signal: first, advantage } };
}

function stateOf({ revision, awaited, refillAtMs }: CalendarFacts, nowMs: number): CalendarState {
  const isAwaited = awaited > revision;
  // The spans reach beyond the instant at which they are to be filled again, but for how far is not in the facts.
  return { isAwaited, knownUntilMs: isAwaited ? nowMs : Math.max(nowMs, refillAtMs) };
}
