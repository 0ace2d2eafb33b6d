import { appLabel, CALENDAR_ENTRY } from '../graph/explanation-reasons.ts';
import type {
  Event,
  Explanation,
  Location,
  Next,
  Pair,
  Said,
  Stretch,
  Told,
} from './explanation-answer.ts';
import { toTheSecond } from './printable.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** An explanation as lines for people: what shows, what decides, the rest with its reasons, what comes next. */
export function explanationLines(user: string, explanation: Explanation): readonly string[] {
  const { atDateTime, sinceDateTime, reason, next } = explanation;
  const nowMs = Date.parse(atDateTime);
  const since =
    sinceDateTime === null
      ? ''
      : `, unchanged since ${toTheSecond(sinceDateTime)} (${relative(sinceDateTime, nowMs)})`;
  return [
    `${user} shows ${pairOf(explanation)}${since}`,
    `because ${reason}.`,
    ...section('Availability and activity', presenceFacts(explanation)),
    ...section('Out of office', outOfOfficeFacts(explanation)),
    ...section('Work location', explanation.workLocation.signals.map(signalFact)),
    ...statusLines(explanation),
    ...calendarLines(explanation),
    '',
    ...(next === null
      ? ['Next: nothing changes by time alone.']
      : [
          `Next: ${relative(next.dateTime, nowMs)}, at ${toTheSecond(next.dateTime)}, ${becoming(next)}`,
          `because ${next.reason}.`,
        ]),
  ];
}

/** A fact, and what has become of it. */
interface Fact extends Told {
  readonly words: string;
}

/** What decides comes first, and each of the others with its reason below. */
function section(head: string, facts: readonly Fact[]): string[] {
  if (facts.length === 0) return [];
  const inOrder = facts.toSorted((a, b) => placeOf(a) - placeOf(b));
  return [
    '',
    head,
    ...inOrder.flatMap(({ role, words, reason }) => [
      `  ${role.padEnd(10)}  ${words}`,
      ...(reason === null ? [] : [`              ${reason}`]),
    ]),
  ];
}

const placeOf = ({ role }: Told) => (role === 'decides' ? 0 : role === 'waits' ? 2 : 1);

function presenceFacts({ sessions, preferredPresence, calendar }: Explanation): Fact[] {
  return [
    ...sessions.map((session) => ({ ...session, words: wordsOfSession(session) })),
    ...(preferredPresence === null
      ? []
      : [
          {
            ...preferredPresence,
            words: `preferred presence ${pairOf(preferredPresence)}, ends ${toTheSecond(preferredPresence.expirationDateTime)}`,
          },
        ]),
    ...(calendar?.events ?? []).map(eventFact),
  ];
}

function wordsOfSession(session: Explanation['sessions'][number]): string {
  const { setTo, setDateTime, fades, expirationDateTime } = session;
  const [fade] = fades;
  const hasFaded = pairOf(setTo) !== pairOf(session);
  return [
    `session of ${appOf(session)}: ${pairOf(session)}`,
    `set ${hasFaded ? `to ${pairOf(setTo)} ` : ''}${toTheSecond(setDateTime)}`,
    ...(fade === undefined ? [] : [`fades ${toTheSecond(fade.dateTime)}`]),
    `ends ${toTheSecond(expirationDateTime)}`,
  ].join(', ');
}

function outOfOfficeFacts({ outOfOffice }: Explanation): Fact[] {
  const { automaticReplies, events } = outOfOffice;
  const replies = automaticReplies && {
    ...automaticReplies,
    words: `automatic replies${stretchOf(automaticReplies)}`,
  };
  return [...(replies === null ? [] : [replies]), ...events.map(eventFact)];
}

function eventFact(event: Event & Partial<Pair>): Fact {
  const { availability, activity } = event;
  const pair = availability && activity ? `: ${pairOf({ availability, activity })}` : '';
  return { ...event, words: `${CALENDAR_ENTRY[event.kind]}${stretchOf(event)}${pair}` };
}

function signalFact(signal: Explanation['workLocation']['signals'][number]): Fact {
  const by = signal.appId === null ? 'the calendar' : appOf(signal);
  return { ...signal, words: `${locationOf(signal)} by ${by}${stretchOf(signal)}` };
}

function statusLines({ statusMessage }: Explanation): string[] {
  if (statusMessage === null) return [];
  const { content, setDateTime, expirationDateTime: ends } = statusMessage;
  const end = ends === null ? 'stays until it is changed' : `ends ${toTheSecond(ends)}`;
  return ['', 'Status message', `  set ${toTheSecond(setDateTime)}, ${end}`, `  ${content}`];
}

function calendarLines({ calendar }: Explanation): string[] {
  if (calendar === null) return [];
  const until = calendar.knownUntilDateTime;
  const state = calendar.isAwaited
    ? 'is being changed; what it says may be another in seconds'
    : until === null
      ? 'is known to its end'
      : `is known until ${toTheSecond(until)}`;
  return ['', 'Calendar', `  ${state}`];
}

/** What is shown from then on, of what becomes another. */
function becoming(next: Pair & Next): string {
  const { changes, outOfOfficeSettings, workLocation } = next;
  const becomes: Readonly<Record<string, string>> = {
    availability: pairOf(next),
    activity: pairOf(next),
    outOfOfficeSettings: outOfOfficeSettings.isOutOfOffice
      ? 'out of office'
      : 'no longer out of office',
    statusMessage: 'no status message',
    workLocation:
      workLocation.source === 'none'
        ? 'no work location'
        : `work location ${locationOf(workLocation)}`,
  };
  return [...new Set(changes.map((name) => becomes[name] ?? name))].join(', ');
}

function appOf({ appId, appDisplayName }: Said): string {
  const id = appId ?? '';
  return `${appLabel(id, appDisplayName)}${appDisplayName ? ` (${id})` : ''}`;
}

function locationOf({ source, workLocationType, placeId }: Location): string {
  return `${source}/${workLocationType}${placeId === null ? '' : ` ${placeId}`}`;
}

function pairOf({ availability, activity }: Pair): string {
  return `${availability}/${activity}`;
}

function stretchOf({ startDateTime: from, endDateTime: until }: Stretch): string {
  return `${from === null ? '' : ` from ${toTheSecond(from)}`}${until === null ? '' : ` until ${toTheSecond(until)}`}`;
}

const RELATIVE = new Intl.RelativeTimeFormat('en');

/** `in 5 minutes`, `2 hours ago`: in the largest unit that tells more than one. */
function relative(dateTime: string, nowMs: number): string {
  const byMs = Date.parse(dateTime) - nowMs;
  for (const [unit, unitMs] of [
    ['day', DAY_MS],
    ['hour', HOUR_MS],
    ['minute', MINUTE_MS],
  ] as const) {
    if (Math.abs(byMs) >= 2 * unitMs) return RELATIVE.format(Math.round(byMs / unitMs), unit);
  }
  return RELATIVE.format(Math.round(byMs / 1000), 'second');
}
