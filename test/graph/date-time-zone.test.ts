import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_EXPIRY, parseInstant } from '../../src/graph/date-time-zone.ts';
import { GraphError } from '../../src/graph/error.ts';

function instant(dateTime: string, timeZone: string): string {
  return new Date(parseInstant({ dateTime, timeZone }, 'Field')).toISOString();
}

describe('zones', () => {
  test.each([
    ['UTC', '2026-11-21T12:00:00.000Z'],
    ['utc', '2026-11-21T12:00:00.000Z'],
    ['GMT', '2026-11-21T12:00:00.000Z'],
    ['Etc/UTC', '2026-11-21T12:00:00.000Z'],
    ['Europe/Berlin', '2026-11-21T11:00:00.000Z'],
    ['europe/berlin', '2026-11-21T11:00:00.000Z'],
    ['W. Europe Standard Time', '2026-11-21T11:00:00.000Z'],
    ['W. EUROPE STANDARD TIME', '2026-11-21T11:00:00.000Z'],
    ['GMT Standard Time', '2026-11-21T12:00:00.000Z'],
    ['Pacific Standard Time', '2026-11-21T20:00:00.000Z'],
    ['pacific standard time', '2026-11-21T20:00:00.000Z'],
    ['Eastern Standard Time', '2026-11-21T17:00:00.000Z'],
    ['Tokyo Standard Time', '2026-11-21T03:00:00.000Z'],
    ['India Standard Time', '2026-11-21T06:30:00.000Z'],
    ['Nepal Standard Time', '2026-11-21T06:15:00.000Z'],
    ['Asia/Kathmandu', '2026-11-21T06:15:00.000Z'],
    ['Asia/Calcutta', '2026-11-21T06:30:00.000Z'],
    ['America/New_York', '2026-11-21T17:00:00.000Z'],
    ['Pacific/Kiritimati', '2026-11-20T22:00:00.000Z'],
    ['Australia/Lord_Howe', '2026-11-21T01:00:00.000Z'],
  ])('noon in %s is %s', (timeZone, expected) => {
    expect(instant('2026-11-21T12:00:00', timeZone)).toBe(expected);
  });

  test('a Windows zone that speaks of standard time keeps its summer time', () => {
    expect(instant('2026-07-01T12:00:00', 'Pacific Standard Time')).toBe(
      '2026-07-01T19:00:00.000Z',
    );
  });

  test.each([
    '',
    ' ',
    'Mars/Olympus',
    'Pacific',
    '+02:00',
    '-0500',
    'UTC+2',
    '__proto__',
    'x'.repeat(65),
    'Europe/Berlin\0',
    'é',
    'tzone://Microsoft/Utc',
  ])('%j is no zone', (timeZone) => {
    expect(() => instant('2026-11-21T12:00:00', timeZone)).toThrow(
      /^\[Field\.TimeZone\]: .* is neither an IANA nor a Windows time zone name\.$/,
    );
  });
});

describe('clock changes', () => {
  test('a time that a clock change skips counts on from before the change', () => {
    // Berlin, 2026-03-29: 02:00 becomes 03:00.
    expect(instant('2026-03-29T02:30:00', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
    expect(instant('2026-03-29T01:59:59', 'Europe/Berlin')).toBe('2026-03-29T00:59:59.000Z');
    expect(instant('2026-03-29T03:00:00', 'W. Europe Standard Time')).toBe(
      '2026-03-29T01:00:00.000Z',
    );
  });

  test('of a time that a clock change repeats the first is meant', () => {
    // Berlin, 2026-10-25: 03:00 becomes 02:00.
    expect(instant('2026-10-25T02:30:00', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z');
    expect(instant('2026-10-25T03:00:00', 'Europe/Berlin')).toBe('2026-10-25T02:00:00.000Z');
  });
});

describe('dates and times', () => {
  test.each([
    ['2022-10-18T17:05:33.2079781', '2022-10-18T17:05:33.207Z'],
    ['2022-10-18T17:05:33.2079789', '2022-10-18T17:05:33.207Z'],
    ['2022-10-18T17:05:33.2', '2022-10-18T17:05:33.200Z'],
    ['2022-10-18T17:05:33.123456789', '2022-10-18T17:05:33.123Z'],
    ['2022-10-18T17:05:33', '2022-10-18T17:05:33.000Z'],
    ['2022-10-18T17:05', '2022-10-18T17:05:00.000Z'],
    ['2022-10-18T17:05:33Z', '2022-10-18T17:05:33.000Z'],
    ['2024-02-29T00:00:00', '2024-02-29T00:00:00.000Z'],
    [NO_EXPIRY.dateTime, '9999-12-31T00:00:00.000Z'],
  ])('%s in UTC is %s', (dateTime, expected) => {
    expect(instant(dateTime, 'UTC')).toBe(expected);
  });

  test.each([
    '',
    'tomorrow',
    '2026-11-21',
    '17:05',
    '2026-11-21 17:05:00',
    '2026-11-21T17',
    '2026-11-21t17:05:00',
    '2026-11-21T17:05:00+01:00',
    '2026-11-21T17:05:00[Europe/Berlin]',
    '2026-11-21T17:05:00.',
    '2026-11-21T17:05:00.1234567890',
    '2026-13-01T00:00:00',
    '2026-02-30T00:00:00',
    '2025-02-29T00:00:00',
    '2026-11-21T24:00:01',
    '2026-11-21T17:60:00',
    '+002026-11-21T17:05:00',
    '-2026-11-21T17:05:00',
    '20261121T170500',
    '2026-11-21T17:05:00\n',
    `2026-11-21T17:05:00${'0'.repeat(1000)}`,
    '٢٠٢٦-11-21T17:05:00',
  ])('%j is none', (dateTime) => {
    expect(() => instant(dateTime, 'UTC')).toThrow(
      /^\[Field\.DateTime\]: .* is not a date and time without offset such as 2026-11-21T17:05:00\.$/s,
    );
  });

  test('a trailing Z stands only with UTC: with another zone it would contradict it', () => {
    expect(() => instant('2026-11-21T17:05:00Z', 'Europe/Berlin')).toThrow('[Field.DateTime]');
  });
});

test('what UTC writes, UTC reads', () => {
  const written = fc
    .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString());
  fc.assert(
    fc.property(written, (iso) => {
      expect(instant(iso.slice(0, -1), 'UTC')).toBe(iso);
      expect(instant(`${iso.slice(0, -1)}0000`, 'UTC')).toBe(iso);
    }),
  );
});

test('whatever comes is an instant or a 400', () => {
  const part = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789-:T.Z+') }));
  const zone = fc.oneof(
    fc.string(),
    fc.constantFrom('UTC', 'Europe/Berlin', 'Pacific Standard Time'),
  );
  fc.assert(
    fc.property(part, zone, (dateTime, timeZone) => {
      try {
        expect(Number.isInteger(parseInstant({ dateTime, timeZone }, 'Field'))).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(GraphError);
        expect(error).toMatchObject({ status: 400, code: 'InvalidArgument' });
      }
    }),
    { numRuns: 1000 },
  );
});
