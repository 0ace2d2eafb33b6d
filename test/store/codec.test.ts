import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, NEW_RECORD, type UserRecord } from '../../src/engine/advance.ts';
import { ByteWriter } from '../../src/store/bytes.ts';
import {
  DamagedValue,
  decodeDocument,
  decodeFeedEntry,
  decodeRecord,
  encodeDocument,
  encodeFeedEntry,
  encodeRecord,
  NewerValue,
} from '../../src/store/codec.ts';
import { anyCommand, anyDocument, anyFeedEntry, anyRecord } from './arbitraries.ts';
import { guid, MINUTE_MS, START_MS, setPresence, setStatusMessage } from './commands.ts';

function recordBytes(record: UserRecord, armedMs = START_MS): Buffer {
  return Buffer.from(encodeRecord(new ByteWriter(), { record, armedMs }));
}

describe('stored values', () => {
  it('give every record back exactly', () => {
    fc.assert(
      fc.property(anyRecord, fc.double({ noNaN: true }), (record, armedMs) => {
        expect(decodeRecord(recordBytes(record, armedMs))).toEqual({ record, armedMs });
      }),
    );
  });

  it('give every feed entry back exactly', () => {
    fc.assert(
      fc.property(anyFeedEntry, (entry) => {
        const bytes = Buffer.from(encodeFeedEntry(new ByteWriter(), entry));
        expect(decodeFeedEntry(bytes)).toEqual(entry);
      }),
    );
  });

  it('give every document back exactly', () => {
    fc.assert(
      fc.property(anyDocument, (text) => {
        const bytes = Buffer.from(encodeDocument(new ByteWriter(), text));
        expect(decodeDocument(bytes)).toBe(text);
      }),
    );
  });

  it('stay where they are while others are written, across chunks', () => {
    const writer = new ByteWriter();
    const messages = Array.from({ length: 3000 }, (_, at) => `${at} ${'x'.repeat(at % 700)}`);
    messages.push('y'.repeat(1_000_000));
    const records = messages.map(
      (message) => advance(NEW_RECORD, START_MS, setStatusMessage(message)).record,
    );
    const encoded = records.map((record) => encodeRecord(writer, { record, armedMs: START_MS }));
    expect(encoded.map((bytes) => decodeRecord(bytes).record)).toEqual(records);
  });

  it('show that any one of their bytes was changed', () => {
    const flip = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(anyRecord, flip, (record, [at, difference]) => {
        const bytes = recordBytes(record);
        const place = at % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ difference;
        expect(() => decodeRecord(bytes)).toThrow(DamagedValue);
      }),
    );
    const bytes = recordBytes(advance(NEW_RECORD, START_MS, setPresence()).record);
    for (let place = 0; place < bytes.length; place++) {
      for (let bit = 1; bit < 256; bit *= 2) {
        const damaged = Buffer.from(bytes);
        damaged[place] = (damaged[place] ?? 0) ^ bit;
        expect(() => decodeRecord(damaged)).toThrow(DamagedValue);
      }
    }
  });

  it('show that any one byte of a document was changed, or its end is missing', () => {
    for (const text of ['', 'a short one', 'ünïcödé 🏮']) {
      const bytes = Buffer.from(encodeDocument(new ByteWriter(), text));
      for (let place = 0; place < bytes.length; place++) {
        const damaged = Buffer.from(bytes);
        damaged[place] = (damaged[place] ?? 0) ^ 1;
        expect(() => decodeDocument(damaged)).toThrow(DamagedValue);
        expect(() => decodeDocument(bytes.subarray(0, place))).toThrow(DamagedValue);
      }
    }
  });

  it('show that their end is missing', () => {
    const bytes = recordBytes(advance(NEW_RECORD, START_MS, setPresence()).record);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeRecord(bytes.subarray(0, length))).toThrow(DamagedValue);
    }
  });

  it('of a later format are known as such', () => {
    const writer = new ByteWriter();
    const entry = { tenantId: guid(1), userId: guid(2), change: aChange() };
    expect(() => decodeRecord(encodeFeedEntry(writer, entry))).toThrow(NewerValue);
    expect(() => decodeRecord(encodeDocument(writer, 'text'))).toThrow(NewerValue);
    expect(() => decodeDocument(encodeFeedEntry(writer, entry))).toThrow(NewerValue);
  });

  it('of the format before, which knew no calendar and no work location, are read', () => {
    const record =
      'AUJ6H9jGkAAAQnof2MaQAABCeh/VV+aAAAIBACJVOHb1q0Upv/vP5Qqon4cCjgFCeh/VV6gAAEJ6H9jGkAAAFAAAAEluIHRoZSBsYWJCeh/VV+aAAH/wAAAAAAAAAI4BCIALDzo=';
    const entry =
      'gQARERERAABAAIAAAAAAAAABAPqL89zsp0a3utHbGZtir8NCeh/VV+aAAEJ6H9VX5oAABQAiVTh29atFKb/7z+UKqJ+HjgEAjgEQFAAAAEluIHRoZSBsYWJCeh/VV+aAAH/wAAAAAAAAAHlLQZY=';
    expect(decodeRecord(Buffer.from(record, 'base64')).record).toMatchObject({
      facts: { statusMessage: { content: 'In the lab' }, calendar: null, locations: [] },
      presence: { activity: 'Presenting', workLocation: null },
    });
    expect(decodeFeedEntry(Buffer.from(entry, 'base64')).change).toMatchObject({
      before: { activity: 'Presenting', statusMessage: null, workLocation: null },
      after: { activity: 'Presenting', statusMessage: { content: 'In the lab' } },
    });
  });

  it('of the format before, which knew time as one cause, are read', () => {
    const faded =
      'ggAAAAAAAABAAIAAAAAAAAABAAAAAAAAAEAAgAAAAAAAAAJCebdt874AAEJ5t23zvgAAAAAAAAEAAP1Hcj0=';
    expect(decodeFeedEntry(Buffer.from(faded, 'base64')).change).toMatchObject({
      after: { activity: 'AvailableInactive' },
      cause: { kind: 'time' },
    });
  });

  it('take little room: two sessions whose ids are GUIDs stay below 110 bytes', () => {
    const first = advance(NEW_RECORD, START_MS, setPresence()).record;
    const other = { ...setPresence(), appId: guid(0xb), sessionId: guid(0xb) };
    const second = advance(first, START_MS + MINUTE_MS, other).record;
    expect(second.facts.sessions).toHaveLength(2);
    expect(recordBytes(second).length).toBeLessThan(110);
  });

  it('need not repeat messages: those of a presence are those of the facts', () => {
    const step = fc
      .integer({ min: -5, max: 200 })
      .chain((minutes) => fc.tuple(fc.constant(minutes), fc.option(anyCommand(START_MS))));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let record = NEW_RECORD;
        let nowMs = START_MS;
        for (const [minutes, command] of steps) {
          nowMs += minutes * MINUTE_MS;
          record = advance(record, nowMs, command ?? undefined).record;
          const { facts, presence } = record;
          expect(presence.statusMessage).toEqual(facts.statusMessage);
          if (presence.isOutOfOffice) {
            expect(presence.outOfOfficeMessage).toBe(facts.outOfOffice?.message);
          } else expect(presence.outOfOfficeMessage).toBeNull();
        }
      }),
    );
  });
});

function aChange() {
  const [change] = advance(NEW_RECORD, START_MS, setPresence()).changes;
  if (change === undefined) throw new Error('a new session changes presence');
  return change;
}
