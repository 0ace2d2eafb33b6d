import type { UserRecord } from '../engine/advance.ts';
import {
  type Explained,
  type ExplainedSession,
  type Explanation,
  explain,
} from '../engine/explanation.ts';
import { type CalendarSpan, type LocationSignal, NEVER_MS } from '../engine/facts.ts';
import type { Pair } from '../engine/pair.ts';
import { CALENDAR_STATE } from '../engine/precedence.ts';
import type { Presence } from '../engine/presence.ts';
import { changedAtMs, standsAtMs } from '../engine/since.ts';
import type { Turn } from '../engine/turns.ts';
import { SCHEDULED_ELSEWHERE } from '../engine/work-location.ts';
import { type AppNamed, createReasons, type Reasons } from './explanation-reasons.ts';
import { presenceJson, sequenceNumber } from './presence-json.ts';

/** What readers see of a presence beside its number, in Graph's words. */
const SHOWN = [
  'availability',
  'activity',
  'outOfOfficeSettings',
  'statusMessage',
  'workLocation',
] as const;

type Shown = Readonly<Record<(typeof SHOWN)[number], unknown>>;

/** Says what the explanation's own words are for. */
interface Words {
  readonly appNamed: AppNamed;
  readonly reasons: Reasons;
}

/**
 * The explanation of a user's presence, for JSON (docs/why.md).
 * @param record as it stands at `nowMs`
 */
export function explanationJson(
  userId: string,
  record: UserRecord,
  nowMs: number,
  appNamed: AppNamed,
): object {
  const explanation = explain(record.facts, standsAtMs(record, nowMs));
  const { presence, decision, sessions, preferred, statusMessage, calendarState } = explanation;
  const words: Words = { appNamed, reasons: createReasons(appNamed) };
  return {
    id: userId,
    atDateTime: iso(nowMs),
    ...pairOf(presence),
    sequenceNumber: sequenceNumber(record.number),
    sinceDateTime: isoOrNull(changedAtMs(record, nowMs)),
    decidedBy: decision.by,
    reason: words.reasons.ofPresence(explanation),
    sessions: sessions.map((session) => sessionOf(session, words)),
    preferredPresence: preferred && {
      ...pairOf(preferred.fact.pair),
      expirationDateTime: iso(preferred.fact.expiresAtMs),
      ...standingOf(preferred, words),
    },
    calendar: calendarState && {
      isAwaited: calendarState.isAwaited,
      knownUntilDateTime: isoOrNull(calendarState.knownUntilMs),
      events: explanation.calendar.map((event) => eventOf(event, words)),
    },
    outOfOffice: outOfOfficeOf(explanation, words),
    statusMessage: statusMessage && {
      content: statusMessage.content,
      setDateTime: iso(statusMessage.publishedAtMs),
      expirationDateTime: isoOrNull(statusMessage.expiresAtMs),
    },
    workLocation: {
      ...(shown(presence).workLocation as object),
      signals: [
        ...explanation.workLocation.signals.map((signal) => signalOf(signal, words)),
        ...explanation.workLocation.calendar.map((event) => scheduledOf(event, words)),
      ],
    },
    next: nextOf(explanation, words),
  };
}

function sessionOf(session: ExplainedSession, words: Words): object {
  const { appId, sessionId, pair, setAtMs, expiresAtMs } = session.fact;
  return {
    ...appOf(appId, words),
    sessionId,
    ...pairOf(session.state),
    setTo: pairOf(pair),
    setDateTime: iso(setAtMs),
    fades: session.fades.map(({ atMs, state }) => ({ dateTime: iso(atMs), ...pairOf(state) })),
    expirationDateTime: iso(expiresAtMs),
    ...standingOf(session, words),
  };
}

function eventOf(event: Explained<CalendarSpan>, words: Words): object {
  const { kind, startsAtMs, endsAtMs } = event.fact;
  const state = CALENDAR_STATE[kind];
  return {
    kind,
    ...(state && pairOf(state)),
    startDateTime: iso(startsAtMs),
    endDateTime: iso(endsAtMs),
    ...standingOf(event, words),
  };
}

function outOfOfficeOf({ presence, outOfOffice }: Explanation, words: Words): object {
  const { source, automaticReplies, calendar } = outOfOffice;
  return {
    isOutOfOffice: presence.isOutOfOffice,
    message: presence.outOfOfficeMessage,
    decidedBy: source,
    automaticReplies: automaticReplies && {
      message: automaticReplies.fact.message,
      // Those that are always on began before all time.
      startDateTime:
        automaticReplies.fact.startsAtMs === 0 ? null : iso(automaticReplies.fact.startsAtMs),
      endDateTime: isoOrNull(automaticReplies.fact.endsAtMs),
      ...standingOf(automaticReplies, words),
    },
    events: calendar.map((event) => eventOf(event, words)),
  };
}

function signalOf(signal: Explained<LocationSignal>, words: Words): object {
  const { source, appId, workLocationType, placeId, setAtMs, endsAtMs } = signal.fact;
  return {
    source,
    ...appOf(appId, words),
    workLocationType,
    placeId,
    startDateTime: iso(setAtMs),
    endDateTime: isoOrNull(endsAtMs),
    ...standingOf(signal, words),
  };
}

function scheduledOf(event: Explained<CalendarSpan>, words: Words): object {
  const { source, workLocationType, placeId } = SCHEDULED_ELSEWHERE;
  return {
    source,
    appId: null,
    appDisplayName: null,
    workLocationType,
    placeId,
    startDateTime: iso(event.fact.startsAtMs),
    endDateTime: iso(event.fact.endsAtMs),
    ...standingOf(event, words),
  };
}

function nextOf({ presence, next }: Explanation, words: Words): object | null {
  if (next === null) return null;
  const before = shown(presence);
  const after = shown(next.presence);
  return {
    dateTime: iso(next.atMs),
    ...after,
    changes: SHOWN.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])),
    causes: next.causes.map((turn) => turnOf(turn, words)),
    reason: words.reasons.ofTurns(next.causes),
  };
}

function turnOf(turn: Turn, words: Words): object {
  const what = { fact: turn.fact, turn: turn.turn };
  switch (turn.fact) {
    case 'session': {
      const { appId, sessionId } = turn.session;
      return { ...what, ...appOf(appId, words), sessionId };
    }
    case 'calendar':
      return { ...what, kind: turn.span.kind };
    case 'workLocation':
      return { ...what, source: turn.signal.source, ...appOf(turn.signal.appId, words) };
    default:
      return what;
  }
}

/** As its user reads it: with all of the status message. */
function shown(presence: Presence): Shown {
  return JSON.parse(`{${presenceJson('', { presence, number: 0 }, 'self', SHOWN)}}`) as Shown;
}

function appOf(appId: string, { appNamed }: Words): object {
  return { appId, appDisplayName: appNamed(appId) ?? null };
}

function standingOf({ standing }: Explained<unknown>, { reasons }: Words): object {
  return { role: standing.role, reason: reasons.ofStanding(standing) };
}

function pairOf({ availability, activity }: Pair): Pair {
  return { availability, activity };
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}

function isoOrNull(atMs: number | null): string | null {
  return atMs === null || atMs === NEVER_MS ? null : iso(atMs);
}
