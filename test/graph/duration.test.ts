import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatDuration,
  PREFERRED_LIFETIME,
  parseDuration,
  parseLifetime,
  SESSION_LIFETIME,
  shortened,
} from '../../src/graph/duration.ts';
import { GraphError } from '../../src/graph/error.ts';

describe('what is a duration', () => {
  test.each([
    ['PT5M', 300_000],
    ['PT300S', 300_000],
    ['PT4H', 14_400_000],
    ['P1D', 86_400_000],
    ['P1DT1H1M1S', 90_061_000],
    ['PT0S', 0],
    ['PT0.5S', 500],
    ['PT1.0009S', 1000],
    ['PT1.5M', 90_000],
    ['PT0.5H', 1_800_000],
    ['-PT5M', -300_000],
    ['PT90M', 5_400_000],
    ['P30D', 2_592_000_000],
    ['PT1000000S', 1_000_000_000],
  ])('%s is %i ms', (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs);
    // A second time it comes from memory.
    expect(parseDuration(text)).toBe(durationMs);
  });

  test.each([
    '',
    ' ',
    'P',
    'PT',
    '-P',
    'PT5',
    '5M',
    'PT5X',
    'pt5m',
    'PT5m',
    '+PT5M',
    'PT-5M',
    'PT5M ',
    ' PT5M',
    'P1Y',
    'P1M',
    'P1W',
    'P1Y2M',
    'PT5,5S',
    'PT5M5H',
    'PT5MT5S',
    'PT5.5M1S',
    'PT.5S',
    'PT5.S',
    'P0.5D',
    'PT1e3S',
    '300',
    'five minutes',
    'PT５M',
    'PT5M\n',
    'PT5M\0',
    `PT${'9'.repeat(400)}S`,
    `PT${'0'.repeat(70)}S`,
    'P99999999999999999999D',
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test('a duration written out of its parts reads as their sum', () => {
    fc.assert(
      fc.property(
        fc.record({
          days: fc.nat(400),
          hours: fc.nat(99),
          minutes: fc.nat(999),
          seconds: fc.nat(9999),
          ms: fc.nat(999),
        }),
        ({ days, hours, minutes, seconds, ms }) => {
          const text = `P${days}DT${hours}H${minutes}M${seconds}.${String(ms).padStart(3, '0')}S`;
          const sum = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + ms;
          expect(parseDuration(text)).toBe(sum);
        },
      ),
    );
  });

  test('no text throws, and whatever is read is a whole number of milliseconds', () => {
    const alphabet = fc.constantFrom(...'-+PTDHMSYW.0123456789, eE\u00a0');
    const nearly = fc.string({ unit: alphabet, maxLength: 20 }).map((rest) => `P${rest}`);
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearly), (text) => {
        const durationMs = parseDuration(text);
        expect(durationMs === undefined || Number.isInteger(durationMs)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('limits', () => {
  test('the limits themselves are taken, a millisecond beyond is refused', () => {
    for (const limits of [SESSION_LIFETIME, PREFERRED_LIFETIME]) {
      fc.assert(
        fc.property(fc.integer({ min: -2, max: 2 }), (offMs) => {
          const text = (ms: number) => `PT${(ms + offMs) / 1000}S`;
          const read = (ms: number) => () => parseLifetime(text(ms), 'Field', limits);
          if (offMs < 0) expect(read(limits.leastMs)).toThrow(GraphError);
          else expect(read(limits.leastMs)()).toBe(limits.leastMs + offMs);
          if (offMs > 0) expect(read(limits.mostMs)).toThrow(GraphError);
          else expect(read(limits.mostMs)()).toBe(limits.mostMs + offMs);
        }),
      );
    }
  });

  test('the message names the field, the value and the limits', () => {
    expect(() => parseLifetime('PT1M', 'ExpirationDuration', SESSION_LIFETIME)).toThrow(
      '[ExpirationDuration]: PT1M is out of range: from PT5M to PT4H.',
    );
    expect(() => parseLifetime('soon', 'ExpirationDuration', SESSION_LIFETIME)).toThrow(
      "[ExpirationDuration]: 'soon' is not an ISO 8601 duration of days, hours, minutes and seconds such as PT5M.",
    );
  });
});

describe('how a duration is written', () => {
  test.each([
    [300_000, 'PT5M'],
    [14_400_000, 'PT4H'],
    [86_400_000, 'P1D'],
    [2_592_000_000, 'P30D'],
    [5_400_000, 'PT1H30M'],
    [0, 'PT0S'],
  ])('%i ms is %s', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });

  test('what is written of whole seconds reads back the same', () => {
    fc.assert(
      fc.property(fc.nat(40 * 86_400), (seconds) => {
        expect(parseDuration(formatDuration(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });
});

describe('a caller’s value in a message', () => {
  test('up to 64 characters are repeated whole, more are cut', () => {
    expect(shortened('x'.repeat(64))).toBe('x'.repeat(64));
    expect(shortened('x'.repeat(65))).toBe(`${'x'.repeat(64)}…`);
  });

  test('a cut through a surrogate pair leaves no half of it', () => {
    expect(shortened(`${'x'.repeat(63)}😀😀`)).toBe(`${'x'.repeat(63)}\ufffd…`);
  });
});
