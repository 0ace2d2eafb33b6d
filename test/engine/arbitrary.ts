import fc from 'fast-check';
import { advance, type Change, NEW_RECORD, type UserRecord } from '../../src/engine/advance.ts';
import type { PresenceCommand } from '../../src/engine/command.ts';
import { type CalendarSpan, type CalendarSpanKind, NEVER_MS } from '../../src/engine/facts.ts';
import {
  AVAILABLE,
  AWAY,
  BE_RIGHT_BACK,
  BUSY,
  DO_NOT_DISTURB,
  IN_A_CALL,
  IN_A_CONFERENCE_CALL,
  OFF_WORK,
  PRESENTING,
} from '../../src/engine/pair.ts';

export const START_MS = Date.parse('2026-11-21T09:00:00Z');

const MINUTE_MS = 60_000;

const sessionPair = fc.constantFrom(
  AVAILABLE,
  AVAILABLE,
  AWAY,
  BE_RIGHT_BACK,
  BUSY,
  DO_NOT_DISTURB,
  IN_A_CALL,
  IN_A_CONFERENCE_CALL,
  PRESENTING,
);

const preferredPair = fc.constantFrom(
  AVAILABLE,
  BUSY,
  DO_NOT_DISTURB,
  BE_RIGHT_BACK,
  AWAY,
  OFF_WORK,
);

const appId = fc.constantFrom('app-1', 'app-2');
const sessionId = fc.constantFrom('desktop', 'mobile');
const lifetimeMs = fc.integer({ min: 1, max: 30 }).map((minutes) => minutes * MINUTE_MS);

/** Stretches of a calendar around an instant, those of a kind apart from each other. */
function anySpans(nowMs: number): fc.Arbitrary<readonly CalendarSpan[]> {
  const kinds = fc.constantFrom<CalendarSpanKind[]>(
    'busy',
    'focusing',
    'outOfOffice',
    'workingElsewhere',
  );
  const span = fc.record({ kind: kinds, gapMs: lifetimeMs, lengthMs: lifetimeMs });
  return fc.array(span, { maxLength: 6 }).map((all) => {
    const ends = new Map<CalendarSpanKind, number>();
    return all
      .map(({ kind, gapMs, lengthMs }) => {
        const startsAtMs = (ends.get(kind) ?? nowMs - 20 * MINUTE_MS) + gapMs;
        const endsAtMs = startsAtMs + lengthMs;
        ends.set(kind, endsAtMs);
        return { kind, startsAtMs, endsAtMs };
      })
      .sort((a, b) => a.startsAtMs - b.startsAtMs);
  });
}

/** Any command that may be given at `nowMs`. */
export function anyCommand(nowMs: number): fc.Arbitrary<PresenceCommand> {
  const laterMs = fc.oneof(
    lifetimeMs.map((byMs) => nowMs + byMs),
    fc.constant(NEVER_MS),
  );
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('setPresence' as const),
        appId,
        sessionId,
        pair: sessionPair,
        lifetimeMs,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('clearPresence' as const), appId, sessionId }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('setUserPreferredPresence' as const),
        appId,
        pair: preferredPair,
        lifetimeMs,
      }),
    },
    fc.record({ kind: fc.constant('clearUserPreferredPresence' as const), appId }),
    fc.record({
      kind: fc.constant('setStatusMessage' as const),
      appId,
      content: fc.constantFrom('', 'In the lab', 'Back at five'),
      expiresAtMs: laterMs,
      expiry: fc.constant(null),
    }),
    fc.record({
      kind: fc.constant('awaitCalendar' as const),
      appId,
      revision: fc.nat(5),
      lookAtMs: laterMs,
    }),
    fc.record({
      kind: fc.constant('setLocation' as const),
      appId,
      source: fc.constantFrom('manual' as const, 'automatic' as const),
      workLocationType: fc.constantFrom('office' as const, 'remote' as const),
      placeId: fc.constantFrom(null, 'tower 2'),
      endsAtMs: laterMs,
    }),
    fc.record({
      kind: fc.constant('clearLocation' as const),
      appId,
      sources: fc.constantFrom('automatic' as const, 'all' as const),
    }),
    fc.record({ kind: fc.constant('erase' as const), appId }),
    fc.record({
      kind: fc.constant('setCalendar' as const),
      appId,
      revision: fc.nat(5),
      refillAtMs: laterMs,
      spans: anySpans(nowMs),
      outOfOffice: fc.option(
        fc.record({
          message: fc.constantFrom(null, 'On holiday'),
          startsAtMs: lifetimeMs.map((byMs) => nowMs + byMs - 10 * MINUTE_MS),
          endsAtMs: laterMs,
        }),
      ),
    }),
  );
}

/** A command and the instant it is given at. */
export interface Event {
  readonly atMs: number;
  readonly command: PresenceCommand;
}

/** What was said about one user over a few hours, in order of time; often several things at one instant. */
export const anyHistory: fc.Arbitrary<readonly Event[]> = fc
  .array(
    fc
      .tuple(fc.constantFrom(0, 1, 1000, MINUTE_MS, 4 * MINUTE_MS, 5 * MINUTE_MS), fc.nat(5))
      .map(([unitMs, count]) => unitMs * count),
    { maxLength: 40 },
  )
  .chain((gaps) => {
    let atMs = START_MS;
    const instants = gaps.map((gapMs) => {
      atMs += gapMs;
      return atMs;
    });
    return fc.tuple(
      ...instants.map((each) => anyCommand(each).map((command) => ({ atMs: each, command }))),
    );
  });

/** What is kept after everything in a history was said, when that was, and the last change. */
export const anyRecord = anyHistory.map((events) => {
  let record: UserRecord = NEW_RECORD;
  let nowMs = START_MS;
  let last: Change | undefined;
  for (const { atMs, command } of events) {
    nowMs = Math.max(nowMs, atMs);
    const advanced = advance(record, nowMs, command);
    record = advanced.record;
    last = advanced.changes.at(-1) ?? last;
  }
  return { record, nowMs, last };
});
