import {
  type CalendarFacts,
  type Facts,
  type LocationSignal,
  MAX_LOCATION_SIGNALS,
  MAX_SESSIONS_PER_USER,
  NEVER_MS,
  NO_FACTS,
  type OutOfOffice,
  type Session,
  type WorkLocationType,
} from './facts.ts';
import type { Pair } from './pair.ts';

/** Something said about a user. `appId` is the app that says it. */
export type PresenceCommand =
  | {
      readonly kind: 'setPresence';
      readonly appId: string;
      readonly sessionId: string;
      readonly pair: Pair;
      readonly lifetimeMs: number;
    }
  | { readonly kind: 'clearPresence'; readonly appId: string; readonly sessionId: string }
  | {
      readonly kind: 'setUserPreferredPresence';
      readonly appId: string;
      readonly pair: Pair;
      readonly lifetimeMs: number;
    }
  | { readonly kind: 'clearUserPreferredPresence'; readonly appId: string }
  | {
      readonly kind: 'setStatusMessage';
      readonly appId: string;
      /** Empty clears. */
      readonly content: string;
      readonly expiresAtMs: number;
      readonly expiry: { readonly dateTime: string; readonly timeZone: string } | null;
    }
  | ({
      /** What follows from a revision of the user's mailbox: its calendar and its automatic replies. */
      readonly kind: 'setCalendar';
      readonly appId: string;
      readonly outOfOffice: OutOfOffice | null;
    } & Pick<CalendarFacts, 'spans' | 'refillAtMs' | 'revision'>)
  | {
      /** A revision of the mailbox is about to be written: if nobody says so by then, somebody has to look. */
      readonly kind: 'awaitCalendar';
      readonly appId: string;
      readonly revision: number;
      readonly lookAtMs: number;
    }
  | {
      readonly kind: 'setLocation';
      readonly appId: string;
      readonly source: LocationSignal['source'];
      readonly workLocationType: WorkLocationType;
      readonly placeId: string | null;
      /** The end of the user's day. */
      readonly endsAtMs: number;
    }
  | {
      readonly kind: 'clearLocation';
      readonly appId: string;
      /** Automatic alone, or manual too. */
      readonly sources: 'automatic' | 'all';
    }
  /** Everything that was ever said about the user. */
  | { readonly kind: 'erase'; readonly appId: string };

/** Why a command can't be carried out. Nothing changed then. */
export type Refusal = 'session not found' | 'too many sessions';

/**
 * The facts after the command: given at `nowMs`, on facts without what has ended by then.
 * Gives back the same object when the command changes nothing.
 */
export function apply(facts: Facts, command: PresenceCommand, nowMs: number): Facts | Refusal {
  switch (command.kind) {
    case 'setPresence':
      return setSession(facts, {
        appId: command.appId,
        sessionId: command.sessionId,
        pair: command.pair,
        setAtMs: nowMs,
        expiresAtMs: nowMs + command.lifetimeMs,
      });
    case 'clearPresence': {
      const index = indexOfSession(facts, command.appId, command.sessionId);
      if (index === -1) return 'session not found';
      return { ...facts, sessions: facts.sessions.toSpliced(index, 1) };
    }
    case 'setUserPreferredPresence':
      return {
        ...facts,
        preferred: { pair: command.pair, expiresAtMs: nowMs + command.lifetimeMs },
      };
    case 'clearUserPreferredPresence':
      return facts.preferred === null ? facts : { ...facts, preferred: null };
    case 'setStatusMessage': {
      // An expiry that has passed already leaves nothing to show: the same as clearing.
      if (command.content === '' || command.expiresAtMs <= nowMs) {
        return facts.statusMessage === null ? facts : { ...facts, statusMessage: null };
      }
      const { content, expiresAtMs, expiry } = command;
      return {
        ...facts,
        statusMessage: { content, publishedAtMs: nowMs, expiresAtMs, expiry },
      };
    }
    case 'setCalendar':
      return setCalendar(facts, command);
    case 'awaitCalendar': {
      const { spans, revision, awaited } = facts.calendar ?? NO_CALENDAR;
      if (command.revision <= awaited) return facts;
      const calendar = { spans, revision, awaited: command.revision, refillAtMs: command.lookAtMs };
      return { ...facts, calendar };
    }
    case 'setLocation':
      return setLocation(facts, command, nowMs);
    case 'clearLocation': {
      const left =
        command.sources === 'all'
          ? []
          : facts.locations.filter(({ source }) => source === 'manual');
      return left.length === facts.locations.length ? facts : { ...facts, locations: left };
    }
    case 'erase': {
      const { calendar } = facts;
      if (calendar === null) return NO_FACTS;
      // The revision keeps out what is still derived from an older one; what is left of the whole calendar counts.
      return { ...NO_FACTS, calendar: { ...calendar, spans: [], refillAtMs: nowMs + 1 } };
    }
  }
}

const NO_CALENDAR: CalendarFacts = { spans: [], refillAtMs: NEVER_MS, revision: 0, awaited: 0 };

/** What is of an older revision than the facts comes too late. */
function setCalendar(facts: Facts, command: PresenceCommand & { kind: 'setCalendar' }): Facts {
  const { revision, spans, outOfOffice } = command;
  const known = facts.calendar ?? NO_CALENDAR;
  if (revision < known.revision) return facts;
  const isAwaited = known.awaited > revision;
  const refillAtMs = isAwaited ? known.refillAtMs : command.refillAtMs;
  const awaited = Math.max(known.awaited, revision);
  return { ...facts, outOfOffice, calendar: { spans, refillAtMs, revision, awaited } };
}

function setLocation(
  facts: Facts,
  { source, appId, workLocationType, placeId, endsAtMs }: PresenceCommand & { kind: 'setLocation' },
  nowMs: number,
): Facts {
  const signal = { source, appId, workLocationType, placeId, setAtMs: nowMs, endsAtMs };
  const others = facts.locations.filter(
    (each) => each.source !== source || (source === 'automatic' && each.appId !== appId),
  );
  return { ...facts, locations: [...others.slice(-(MAX_LOCATION_SIGNALS - 1)), signal] };
}

function setSession(facts: Facts, session: Session): Facts | Refusal {
  const index = indexOfSession(facts, session.appId, session.sessionId);
  if (index !== -1) return { ...facts, sessions: facts.sessions.with(index, session) };
  if (facts.sessions.length >= MAX_SESSIONS_PER_USER) return 'too many sessions';
  return { ...facts, sessions: [...facts.sessions, session] };
}

function indexOfSession(facts: Facts, appId: string, sessionId: string): number {
  return facts.sessions.findIndex(
    (session) => session.appId === appId && session.sessionId === sessionId,
  );
}
