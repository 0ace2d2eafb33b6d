import { expect, test } from 'vitest';
import type { Rival, Standing } from '../../src/engine/explanation.ts';
import type { LocationSignal } from '../../src/engine/facts.ts';
import type { Turn } from '../../src/engine/turns.ts';
import { appLabel, createReasons } from '../../src/graph/explanation-reasons.ts';

const NAMES: Readonly<Record<string, string>> = { badge: 'Badge reader' };
const { ofStanding, ofTurns } = createReasons((appId) => NAMES[appId]);

const signal = (source: LocationSignal['source'], appId = 'badge'): LocationSignal => ({
  ...{ source, appId, workLocationType: 'office', placeId: null },
  ...{ setAtMs: 0, endsAtMs: 1 },
});

test('an application is called by its name, or by its id where it has none', () => {
  expect(appLabel('badge', 'Badge reader')).toBe("application 'Badge reader'");
  expect(appLabel('badge', undefined)).toBe('application badge');
});

test.each<[string, Rival & { kind: 'location' }]>([
  [
    'what the user chose comes first',
    { kind: 'location', signal: signal('manual'), advantage: 'source' },
  ],
  [
    "application 'Badge reader' says it more precisely",
    { kind: 'location', signal: signal('automatic'), advantage: 'precision' },
  ],
  [
    'application dock says it as precisely, and later',
    { kind: 'location', signal: signal('automatic', 'dock'), advantage: 'time' },
  ],
  [
    "what application 'Badge reader' found out comes first",
    { kind: 'location', signal: signal('automatic'), advantage: undefined },
  ],
])('of a work location that doesn’t count: %s', (reason, by) => {
  const standing: Standing = { role: 'outranked', by };
  expect(ofStanding(standing)).toBe(reason);
});

test('what decides needs no reason', () => {
  expect(ofStanding({ role: 'decides' })).toBeNull();
});

test('of several causes each is told', () => {
  const span = { startsAtMs: 0, endsAtMs: 1 };
  const turns: Turn[] = [
    { fact: 'calendar', span: { kind: 'focusing', ...span }, turn: 'begins' },
    { fact: 'calendar', span: { kind: 'workingElsewhere', ...span }, turn: 'ends' },
    { fact: 'workLocation', signal: signal('automatic'), turn: 'ends' },
  ];
  expect(ofTurns(turns)).toBe(
    "focus time in the calendar begins, and an entry of working elsewhere in the calendar ends, and the work location that application 'Badge reader' found out ends",
  );
});
