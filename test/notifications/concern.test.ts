import { expect, test } from 'vitest';
import type { Presence } from '../../src/engine/presence.ts';
import { PRESENCE_PROPERTIES, type PresenceProperty } from '../../src/graph/presence-json.ts';
import { changedBy, concernOf } from '../../src/notifications/concern.ts';
import { DEFAULT_PROPERTIES } from '../../src/subscriptions/resource-query.ts';

const BEFORE: Presence = {
  availability: 'Available',
  activity: 'Available',
  isOutOfOffice: false,
  outOfOfficeMessage: null,
  statusMessage: null,
  workLocation: null,
};
const MESSAGE = { content: 'Back at three', expiresAtMs: 0, expiry: null, publishedAtMs: 0 };

/** Whether a subscription to these properties is told of a change to this. */
function tells(properties: readonly PresenceProperty[], next: Partial<Presence>, from = BEFORE) {
  const after = { ...from, ...next };
  const changed = changedBy({ number: 1, atMs: 0, before: from, after, cause: { kind: 'time' } });
  return (concernOf(properties) & changed) !== 0;
}

test.each<[string, Partial<Presence>]>([
  ['the availability', { availability: 'Busy', activity: 'Available' }],
  ['the activity', { activity: 'AvailableInactive' }],
])('a subscription without $select is told when %s changes', (_, next) => {
  expect(tells(DEFAULT_PROPERTIES, next)).toBe(true);
  expect(tells(['id', 'availability'], next)).toBe(true);
  expect(tells(['id', 'activity'], next)).toBe(true);
  expect(tells(['id', 'statusMessage', 'outOfOfficeSettings'], next)).toBe(false);
});

test.each<[string, Partial<Presence>, PresenceProperty]>([
  ['the status message', { statusMessage: MESSAGE }, 'statusMessage'],
  ['out of office', { isOutOfOffice: true }, 'outOfOfficeSettings'],
  ['the out-of-office message', { outOfOfficeMessage: 'In June' }, 'outOfOfficeSettings'],
])('only a subscription that selects it is told when %s alone changes', (_, next, property) => {
  expect(tells(DEFAULT_PROPERTIES, next)).toBe(false);
  expect(tells(['id', property], next)).toBe(true);
  expect(tells(PRESENCE_PROPERTIES, next)).toBe(true);
});

test('a status message that says the same again is no change', () => {
  const from = { ...BEFORE, statusMessage: MESSAGE };
  const again = { ...MESSAGE, publishedAtMs: 1000 };
  expect(tells(PRESENCE_PROPERTIES, { statusMessage: again }, from)).toBe(false);
  expect(tells(PRESENCE_PROPERTIES, { statusMessage: null }, from)).toBe(true);
});

test('nothing but id and sequenceNumber is nobody’s concern', () => {
  const everything: Partial<Presence> = {
    availability: 'Busy',
    activity: 'InACall',
    statusMessage: MESSAGE,
    isOutOfOffice: true,
  };
  expect(tells(['id', 'sequenceNumber'], everything)).toBe(false);
});

test('whoever hears of a user hears that they were erased, of whom it is not kept what was', () => {
  const cause = { kind: 'erase', appId: 'porchlight' } as const;
  const changed = changedBy({ number: 1, atMs: 0, before: BEFORE, after: BEFORE, cause });
  for (const properties of [DEFAULT_PROPERTIES, ['id', 'statusMessage'] as const]) {
    expect(concernOf(properties) & changed).not.toBe(0);
  }
});
