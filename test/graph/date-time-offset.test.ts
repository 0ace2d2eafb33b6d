import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDateTimeOffset, parseDateTimeOffset } from '../../src/graph/date-time-offset.ts';

const TEN = Date.parse('2026-11-21T10:00:00Z');

test.each([
  '2026-11-21T10:00:00Z',
  '2026-11-21T10:00:00.0000000Z',
  '2026-11-21T10:00:00.0004569Z',
  '2026-11-21T10:00:00.000000000z',
  '2026-11-21T10:00Z',
  '2026-11-21t10:00:00z',
  '2026-11-21T11:00:00+01:00',
  '2026-11-21T04:30:00.000-05:30',
])('%s is ten o’clock', (text) => {
  expect(parseDateTimeOffset(text, 'Field')).toBe(TEN);
});

test.each(['2026-11-21T10:00:00', '2026-11-21T10:00:00.0000000'])(
  '%s, without a zone, means UTC',
  (text) => {
    expect(parseDateTimeOffset(text, 'Field')).toBe(TEN);
  },
);

test.each([
  '',
  '2026-11-21',
  '10:00:00',
  '21.11.2026 10:00',
  '2026-11-21 10:00:00Z',
  '2026-13-21T10:00:00Z',
  '2026-02-30T10:00:00Z',
  '2026-11-21T25:00:00Z',
  '2026-11-21T10:00:00+25:00',
  '2026-11-21T10:00:00 Z',
  '2026-11-21T10:00:00Z[Europe/Berlin]',
  '2026-11-21T10:00:00.00000000001Z',
  '+002026-11-21T10:00:00Z',
  '1795255200000',
  '9'.repeat(100_000),
])('%s is refused, and the field named', (text) => {
  expect(() => parseDateTimeOffset(text, 'Field')).toThrow(
    /^\[Field\]: '.*' is not a date and time/,
  );
});

test('what is written is read again, to the millisecond, and has seven digits of a second', () => {
  const instants = fc.integer({ min: 0, max: Date.parse('9999-12-31T23:59:59.999Z') });
  fc.assert(
    fc.property(instants, (instantMs) => {
      const text = formatDateTimeOffset(instantMs);
      expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
      expect(parseDateTimeOffset(text, 'Field')).toBe(instantMs);
    }),
  );
});
