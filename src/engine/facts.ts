import type { Pair } from './pair.ts';

/** An instant that never comes: the end of what has none. */
export const NEVER_MS = Number.POSITIVE_INFINITY;

/** How many sessions one user may have at a time, whatever the apps: what bounds a record. */
export const MAX_SESSIONS_PER_USER = 64;

/** What one app says about one user, through one of its sessions. */
export interface Session {
  readonly appId: string;
  readonly sessionId: string;
  /** The state as it was set; what it has faded to since is `sessionState`. */
  readonly pair: Pair;
  /** Unix time of the last set: fading counts from here. */
  readonly setAtMs: number;
  /** Unix time at which the session ends. */
  readonly expiresAtMs: number;
}

/** The user's own choice, which wins over sessions while one lives. */
export interface PreferredPresence {
  readonly pair: Pair;
  readonly expiresAtMs: number;
}

/** A line of text next to the presence. */
export interface StatusMessage {
  readonly content: string;
  readonly publishedAtMs: number;
  /** Unix time at which it disappears, or `NEVER_MS`. */
  readonly expiresAtMs: number;
  /** The expiry as its author wrote it, given back on a read; null when there was none. */
  readonly expiry: { readonly dateTime: string; readonly timeZone: string } | null;
}

/** Automatic replies as a fact: in force from `startsAtMs` until `endsAtMs`. */
export interface OutOfOffice {
  readonly message: string | null;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

/** What a stretch of the calendar makes of the presence of its owner. */
export type CalendarSpanKind = 'busy' | 'focusing' | 'outOfOffice' | 'workingElsewhere';

/** From its start until just before its end, whatever events it is made of. */
export interface CalendarSpan {
  readonly kind: CalendarSpanKind;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

/**
 * The user's calendar as far as it is near: the next day or two. Who has the whole calendar puts the spans
 * here, and again before they run out (docs/decisions/0062-calendar-window.md).
 */
export interface CalendarFacts {
  /** In the order of their starts. Those of one kind neither overlap nor touch. */
  readonly spans: readonly CalendarSpan[];
  /** When to look at the whole calendar again; `NEVER_MS` when nothing more is in it. */
  readonly refillAtMs: number;
  /** Which revision of the whole calendar the spans are of. */
  readonly revision: number;
  /** The revision that somebody is about to write; the spans of an older one are not the last word. */
  readonly awaited: number;
}

export type WorkLocationType = 'unspecified' | 'office' | 'remote' | 'timeOff';

/** Where somebody works, as they say themselves (`manual`) or an app found out (`automatic`). */
export interface LocationSignal {
  readonly source: 'manual' | 'automatic';
  readonly appId: string;
  readonly workLocationType: WorkLocationType;
  readonly placeId: string | null;
  readonly setAtMs: number;
  /** The end of the day that it is for. */
  readonly endsAtMs: number;
}

/** Of how many apps the automatic signals are kept; the oldest goes first. */
export const MAX_LOCATION_SIGNALS = 8;

/** All that is stored about a user. Presence is what follows from it at an instant. */
export interface Facts {
  readonly sessions: readonly Session[];
  readonly preferred: PreferredPresence | null;
  readonly statusMessage: StatusMessage | null;
  readonly outOfOffice: OutOfOffice | null;
  readonly calendar: CalendarFacts | null;
  /** At most one is manual, and each app has one automatic. */
  readonly locations: readonly LocationSignal[];
}

export const NO_FACTS: Facts = Object.freeze({
  sessions: Object.freeze([]) as readonly Session[],
  preferred: null,
  statusMessage: null,
  outOfOffice: null,
  calendar: null,
  locations: Object.freeze([]) as readonly LocationSignal[],
});

/** Whether nothing is left to say. An empty calendar says no more than its revision, which the mailbox has, too. */
export function saysNothing(facts: Facts): boolean {
  const { sessions, preferred, statusMessage, outOfOffice, calendar, locations } = facts;
  return (
    sessions.length === 0 &&
    preferred === null &&
    statusMessage === null &&
    outOfOffice === null &&
    (calendar === null || calendar.spans.length === 0) &&
    locations.length === 0
  );
}

/** The facts without what has ended by `nowMs`; the same object when nothing has. */
export function withoutEnded(facts: Facts, nowMs: number): Facts {
  const { sessions, preferred, statusMessage, outOfOffice, calendar, locations } = facts;
  const ended =
    sessions.some((session) => session.expiresAtMs <= nowMs) ||
    (preferred !== null && preferred.expiresAtMs <= nowMs) ||
    (statusMessage !== null && statusMessage.expiresAtMs <= nowMs) ||
    (outOfOffice !== null && outOfOffice.endsAtMs <= nowMs) ||
    calendar?.spans.some((span) => span.endsAtMs <= nowMs) ||
    locations.some((signal) => signal.endsAtMs <= nowMs);
  if (!ended) return facts;
  return {
    sessions: sessions.filter((session) => session.expiresAtMs > nowMs),
    preferred: preferred !== null && preferred.expiresAtMs > nowMs ? preferred : null,
    statusMessage:
      statusMessage !== null && statusMessage.expiresAtMs > nowMs ? statusMessage : null,
    outOfOffice: outOfOffice !== null && outOfOffice.endsAtMs > nowMs ? outOfOffice : null,
    calendar: calendar && {
      ...calendar,
      spans: calendar.spans.filter((span) => span.endsAtMs > nowMs),
    },
    locations: locations.filter((signal) => signal.endsAtMs > nowMs),
  };
}
