import fc from 'fast-check';
import type { Change, UserRecord } from '../../src/engine/advance.ts';
import { type Cause, TIME_KINDS } from '../../src/engine/cause.ts';
import type { PresenceCommand } from '../../src/engine/command.ts';
import {
  type CalendarSpanKind,
  type Facts,
  NEVER_MS,
  type StatusMessage,
  type WorkLocationType,
} from '../../src/engine/facts.ts';
import type { Activity, Availability, Pair } from '../../src/engine/pair.ts';
import {
  AVAILABLE,
  AWAY,
  BE_RIGHT_BACK,
  BUSY,
  DO_NOT_DISTURB,
  IN_A_CALL,
  OFF_WORK,
  pair,
} from '../../src/engine/pair.ts';
import type { Presence } from '../../src/engine/presence.ts';
import type { DocumentEdit, FeedEntry } from '../../src/store/store.ts';
import { guid, MINUTE_MS, START_MS } from './commands.ts';

const AVAILABILITIES: Availability[] = [
  'Available',
  'AvailableIdle',
  'Away',
  'BeRightBack',
  'Busy',
  'BusyIdle',
  'DoNotDisturb',
  'Offline',
  'PresenceUnknown',
];
const ACTIVITIES: Activity[] = [
  'Available',
  'AvailableInactive',
  'Away',
  'BeRightBack',
  'Busy',
  'DoNotDisturb',
  'Focusing',
  'InACall',
  'InAConferenceCall',
  'InAMeeting',
  'Offline',
  'OffWork',
  'OutOfOffice',
  'PresenceUnknown',
  'Presenting',
  'UrgentInterruptionsOnly',
];

/** Any string at all: half surrogate pairs too. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
    .map((codes) => String.fromCharCode(...codes)),
);
const anyId = fc.oneof(fc.uuid(), fc.constantFrom(guid(1), guid(2)), anyText);
const anyInstant = fc.oneof(
  fc.integer({ min: START_MS, max: START_MS + 1e12 }),
  fc.constant(NEVER_MS),
  fc.double({ noNaN: true }),
);
const anyPair: fc.Arbitrary<Pair> = fc
  .tuple(fc.constantFrom(...AVAILABILITIES), fc.constantFrom(...ACTIVITIES))
  .map(([availability, activity]) => pair(availability, activity));

const anyStatusMessage: fc.Arbitrary<StatusMessage> = fc.record({
  content: anyText,
  publishedAtMs: anyInstant,
  expiresAtMs: anyInstant,
  expiry: fc.option(fc.record({ dateTime: anyText, timeZone: anyText })),
});

const anySpanKind = fc.constantFrom<CalendarSpanKind[]>(
  'busy',
  'focusing',
  'outOfOffice',
  'workingElsewhere',
);
const anyLocationType = fc.constantFrom<WorkLocationType[]>(
  'unspecified',
  'office',
  'remote',
  'timeOff',
);

const anyFacts: fc.Arbitrary<Facts> = fc.record({
  sessions: fc.array(
    fc.record({
      appId: anyId,
      sessionId: anyId,
      pair: anyPair,
      setAtMs: anyInstant,
      expiresAtMs: anyInstant,
    }),
    { maxLength: 64 },
  ),
  preferred: fc.option(fc.record({ pair: anyPair, expiresAtMs: anyInstant })),
  statusMessage: fc.option(anyStatusMessage),
  outOfOffice: fc.option(
    fc.record({ message: fc.option(anyText), startsAtMs: anyInstant, endsAtMs: anyInstant }),
  ),
  calendar: fc.option(
    fc.record({
      spans: fc.array(
        fc.record({ kind: anySpanKind, startsAtMs: anyInstant, endsAtMs: anyInstant }),
        { maxLength: 20 },
      ),
      refillAtMs: anyInstant,
      revision: fc.nat(),
      awaited: fc.nat(),
    }),
  ),
  locations: fc.array(
    fc.record({
      source: fc.constantFrom('manual' as const, 'automatic' as const),
      appId: anyId,
      workLocationType: anyLocationType,
      placeId: fc.option(anyText),
      setAtMs: anyInstant,
      endsAtMs: anyInstant,
    }),
    { maxLength: 9 },
  ),
});

/** A presence with messages of its own, or the ones given. */
function anyPresence(
  statusMessage: StatusMessage | null,
  outOfOfficeMessage: string | null,
): fc.Arbitrary<Presence> {
  return fc
    .record({
      pair: anyPair,
      isOutOfOffice: fc.boolean(),
      outOfOfficeMessage: fc.oneof(fc.constant(outOfOfficeMessage), fc.option(anyText)),
      statusMessage: fc.oneof(fc.constant(statusMessage), fc.option(anyStatusMessage)),
      workLocation: fc.option(
        fc.record({
          source: fc.constantFrom('manual' as const, 'automatic' as const, 'scheduled' as const),
          workLocationType: anyLocationType,
          placeId: fc.option(anyText),
        }),
      ),
    })
    .map(({ pair: { availability, activity }, ...rest }) => ({ availability, activity, ...rest }));
}

/** Any record there can be by its type, however little sense it makes. */
export const anyRecord: fc.Arbitrary<UserRecord> = anyFacts.chain((facts) =>
  fc.record({
    facts: fc.constant(facts),
    presence: anyPresence(facts.statusMessage, facts.outOfOffice?.message ?? null),
    number: fc.nat(),
    untilMs: anyInstant,
  }),
);

const anyCause: fc.Arbitrary<Cause> = fc.oneof(
  fc.constantFrom(...TIME_KINDS).map((kind): Cause => ({ kind })),
  fc.record({
    kind: fc.constantFrom<PresenceCommand['kind'][]>(
      'setPresence',
      'clearPresence',
      'setUserPreferredPresence',
      'clearUserPreferredPresence',
      'setStatusMessage',
      'setCalendar',
      'awaitCalendar',
      'setLocation',
      'clearLocation',
      'erase',
    ),
    appId: anyId,
  }),
);

const anyChange: fc.Arbitrary<Change> = anyPresence(null, null).chain((before) =>
  fc.record({
    number: fc.nat(),
    atMs: anyInstant,
    before: fc.constant(before),
    after: anyPresence(before.statusMessage, before.outOfOfficeMessage),
    cause: anyCause,
  }),
);

export const anyFeedEntry: fc.Arbitrary<FeedEntry> = fc.record({
  tenantId: fc.uuid(),
  userId: fc.uuid(),
  change: anyChange,
});

/** The text of a document: anything that UTF-8 can hold. */
export const anyDocument: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('x', 'é', '🏮').map((character) => character.repeat(3000)),
);

/** An edit of one of few documents. */
export const anyEdit: fc.Arbitrary<DocumentEdit> = fc.record({
  collection: fc.constantFrom('a', 'ab'),
  id: fc.constantFrom('1', '2', 'b1', 'other'),
  text: fc.option(anyDocument, { nil: undefined, freq: 3 }),
});

/** A command as callers give them, at `nowMs`. */
export function anyCommand(nowMs: number): fc.Arbitrary<PresenceCommand> {
  const appId = fc.constantFrom(guid(0xa), guid(0xb));
  const sessionId = fc.constantFrom(guid(0xa), guid(0xb), 'desktop');
  const lifetimeMs = fc.integer({ min: 5, max: 240 }).map((minutes) => minutes * MINUTE_MS);
  const instant = fc.integer({ min: -10, max: 300 }).map((minutes) => nowMs + minutes * MINUTE_MS);
  const expiry = { dateTime: '2026-01-01T09:00:00', timeZone: 'UTC' };
  return fc.oneof(
    fc.record({
      kind: fc.constant('setPresence' as const),
      appId,
      sessionId,
      pair: fc.constantFrom(AVAILABLE, AVAILABLE, BUSY, IN_A_CALL, AWAY),
      lifetimeMs,
    }),
    fc.record({ kind: fc.constant('clearPresence' as const), appId, sessionId }),
    fc.record({
      kind: fc.constant('setUserPreferredPresence' as const),
      appId,
      pair: fc.constantFrom(AVAILABLE, BUSY, DO_NOT_DISTURB, BE_RIGHT_BACK, OFF_WORK),
      lifetimeMs,
    }),
    fc.record({ kind: fc.constant('clearUserPreferredPresence' as const), appId }),
    fc.record({
      kind: fc.constant('setStatusMessage' as const),
      appId,
      content: fc.constantFrom('', 'at lunch', 'à table 🍜'),
      expiresAtMs: fc.oneof(fc.constant(NEVER_MS), instant),
      expiry: fc.option(fc.constant(expiry)),
    }),
    fc.record({
      kind: fc.constant('setCalendar' as const),
      appId,
      revision: fc.nat(3),
      refillAtMs: instant,
      spans: fc.constantFrom(
        [],
        [{ kind: 'busy' as const, startsAtMs: nowMs, endsAtMs: nowMs + 30 * MINUTE_MS }],
      ),
      outOfOffice: fc.option(
        fc.record({
          message: fc.option(fc.constantFrom('on leave', 'im Urlaub')),
          startsAtMs: instant,
          endsAtMs: instant,
        }),
      ),
    }),
  );
}
