import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance, NEW_RECORD, type UserRecord } from '../../src/engine/advance.ts';
import type { PresenceCommand } from '../../src/engine/command.ts';
import { NEVER_MS } from '../../src/engine/facts.ts';
import { IN_A_CALL } from '../../src/engine/pair.ts';
import {
  PRESENCE_PROPERTIES,
  presenceJson,
  sequenceNumber,
  unknownPresenceJson,
} from '../../src/graph/presence-json.ts';

const USER = 'fa8bf3dc-eca7-46b7-bad1-db199b62afc3';
const COLLEAGUE = '66825e03-7ef5-42da-9069-724602c31f6b';
const APP = '22553876-f5ab-4529-bffb-cfe50aa89f87';
const NOW = Date.parse('2026-11-21T09:00:00Z');

function after(...commands: PresenceCommand[]): UserRecord {
  return commands.reduce((record, command) => advance(record, NOW, command).record, NEW_RECORD);
}

const busy: PresenceCommand = {
  kind: 'setPresence',
  appId: APP,
  sessionId: APP,
  pair: IN_A_CALL,
  lifetimeMs: 300_000,
};

const message = (content: string): PresenceCommand => ({
  kind: 'setStatusMessage',
  appId: APP,
  content,
  expiresAtMs: NEVER_MS,
  expiry: null,
});

const read = (json: string) => JSON.parse(`{${json}}`) as Record<string, unknown>;

test('the properties stand in their fixed order, for self, for others and for unknown users', () => {
  const record = after(busy, message('Hi'));
  for (const json of [
    presenceJson(USER, record, 'self'),
    presenceJson(USER, record, 'other'),
    unknownPresenceJson('nobody'),
  ]) {
    expect(Object.keys(read(json))).toEqual([...PRESENCE_PROPERTIES]);
  }
});

test('the properties stand in their fixed order whichever of them are selected', () => {
  const record = after(busy);
  fc.assert(
    fc.property(fc.subarray([...PRESENCE_PROPERTIES]), (selected) => {
      expect(Object.keys(read(presenceJson(USER, record, 'other', selected)))).toEqual(selected);
      expect(Object.keys(read(unknownPresenceJson(USER, selected)))).toEqual(selected);
    }),
  );
});

test('users who share a record, because nothing was said about them, keep their own ids', () => {
  expect(read(presenceJson(USER, NEW_RECORD, 'other'))).toMatchObject({ id: USER });
  expect(read(presenceJson(COLLEAGUE, NEW_RECORD, 'other'))).toMatchObject({ id: COLLEAGUE });
  expect(read(presenceJson(COLLEAGUE, NEW_RECORD, 'self'))).toMatchObject({ id: COLLEAGUE });
});

test('what others see of a record is the same the second time', () => {
  const record = after(busy, message('Hi'));
  const first = presenceJson(USER, record, 'other');
  expect(presenceJson(USER, record, 'other')).toBe(first);
  expect(read(first)).toMatchObject({
    id: USER,
    availability: 'Busy',
    statusMessage: { message: { content: 'Hi', contentType: 'text' } },
  });
});

test('what the user sees of their own status message never shows to others, whoever reads first', () => {
  for (const order of [
    ['self', 'other'],
    ['other', 'self'],
  ] as const) {
    const record = after(message(`Hi ${order[0]}`));
    const seen = Object.fromEntries(
      order.map((viewer) => [viewer, read(presenceJson(USER, record, viewer)).statusMessage]),
    );
    expect(Object.keys(seen.self as object)).toEqual([
      'message',
      'publishedDateTime',
      'expiryDateTime',
    ]);
    expect(Object.keys(seen.other as object)).toEqual(['message']);
  }
});

test('a status message of any text comes back as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }), (content) => {
      for (const viewer of ['self', 'other'] as const) {
        const { statusMessage } = read(presenceJson(USER, after(message(content)), viewer));
        expect(statusMessage).toMatchObject({ message: { content, contentType: 'text' } });
      }
    }),
  );
});

test('an out-of-office message of any text comes back as it was', () => {
  fc.assert(
    fc.property(fc.option(fc.string({ unit: 'binary' })), (text) => {
      const record = after({
        kind: 'setCalendar',
        revision: 1,
        spans: [],
        refillAtMs: NEVER_MS,
        appId: APP,
        outOfOffice: { message: text, startsAtMs: NOW, endsAtMs: NOW + 1000 },
      });
      expect(read(presenceJson(USER, record, 'other')).outOfOfficeSettings).toEqual({
        message: text,
        isOutOfOffice: true,
      });
    }),
  );
});

test('an unknown user’s id of any text comes back as it was asked for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (id) => {
      expect(read(unknownPresenceJson(id)).id).toBe(id);
    }),
  );
});

describe('sequenceNumber', () => {
  test('it is A and sixteen digits', () => {
    expect(sequenceNumber(0)).toBe('A0000000000000000');
    expect(sequenceNumber(Number.MAX_SAFE_INTEGER)).toBe('A9007199254740991');
  });

  test('as text it sorts as the number does, and is always as wide', () => {
    const number = fc.maxSafeNat();
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(sequenceNumber(a)).toHaveLength(17);
        expect(Math.sign(a - b)).toBe(
          sequenceNumber(a) < sequenceNumber(b)
            ? -1
            : sequenceNumber(a) > sequenceNumber(b)
              ? 1
              : 0,
        );
      }),
    );
  });
});
