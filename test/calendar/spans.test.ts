import { describe, expect, test } from 'vitest';
import { CALENDAR_STEPS, Effort, TooMuchEffort } from '../../src/calendar/effort.ts';
import type { CalendarEvent } from '../../src/calendar/event.ts';
import { mergedSpans, spansOf } from '../../src/calendar/spans.ts';
import type { CalendarSpanKind } from '../../src/engine/facts.ts';
import { at, lasting, series, single, slot, time, wholeDays, zone } from './events.ts';

function shown(events: readonly CalendarEvent[], from = '2026-01-05', to = '2026-01-06'): string[] {
  const window = { fromMs: at(from), toMs: at(to) };
  return spansOf(events, window, zone('UTC'), Effort.forCalendar()).map(
    ({ kind, startsAtMs, endsAtMs }) => {
      const [start, end] = [startsAtMs, endsAtMs].map((ms) => new Date(ms).toISOString());
      return `${kind} ${start?.slice(8, 16)}-${end?.slice(8, 16)}`.replaceAll('T', ' ');
    },
  );
}

const today = (start: string, minutes: number, other = {}) =>
  single(slot(time(`2026-01-05T${start}`), { length: lasting(minutes), ...other }));

describe('spans of one kind', () => {
  test('that overlap, touch or lie in each other are one', () => {
    expect(
      shown([today('09:00', 60), today('09:30', 60), today('10:30', 30), today('09:10', 5)]),
    ).toEqual(['busy 05 09:00-05 11:00']);
  });

  test('that a minute parts are two', () => {
    expect(shown([today('10:01', 30), today('09:00', 60)])).toEqual([
      'busy 05 09:00-05 10:00',
      'busy 05 10:01-05 10:31',
    ]);
  });

  test('of a series that fills its days are one', () => {
    const shifts = series(
      slot(time('2026-01-01T00:00'), { length: lasting(8 * 60) }),
      'FREQ=HOURLY;INTERVAL=8',
    );
    expect(shown([shifts])).toEqual(['busy 05 00:00-06 00:00']);
  });
});

describe('spans of several kinds', () => {
  test('lie over each other, sorted by start and then by kind', () => {
    const focus = today('09:00', 120, { isFocusTime: true });
    const out = single(wholeDays('2026-01-05'));
    const elsewhere = today('09:00', 60, { showAs: 'workingElsewhere' });
    expect(shown([elsewhere, focus, today('10:00', 60), out, today('09:00', 30)])).toEqual([
      'outOfOffice 05 00:00-06 00:00',
      'busy 05 09:00-05 09:30',
      'focusing 05 09:00-05 11:00',
      'workingElsewhere 05 09:00-05 10:00',
      'busy 05 10:00-05 11:00',
    ]);
  });

  test('of one series come of what its occurrences were made', () => {
    const from = time('2026-01-05T09:00');
    const moved = [{ from, to: slot(time('2026-01-05T15:00'), { showAs: 'oof' }) }];
    const daily = slot(time('2026-01-01T09:00'), { showAs: 'free' });
    expect(shown([series(daily, 'FREQ=DAILY', { moved })], '2026-01-04', '2026-01-07')).toEqual([
      'outOfOffice 05 15:00-05 16:00',
    ]);
    const cancelled = [{ from, to: slot(from, { isCancelled: true }) }];
    const busy = slot(time('2026-01-04T09:00'));
    expect(
      shown([series(busy, 'FREQ=DAILY;COUNT=3', { moved: cancelled })], '2026-01-01', '2026-02-01'),
    ).toEqual(['busy 04 09:00-04 10:00', 'busy 06 09:00-06 10:00']);
  });
});

describe('the window', () => {
  test('does not cut spans', () => {
    const night = single(slot(time('2026-01-04T20:00'), { length: lasting(48 * 60) }));
    expect(shown([night])).toEqual(['busy 04 20:00-06 20:00']);
  });

  test('has neither what ended as it begins nor what begins as it ends', () => {
    const events = [
      single(slot(time('2026-01-04T23:00'))),
      single(slot(time('2026-01-06T00:00'))),
      today('00:00', 10),
    ];
    expect(shown(events)).toEqual(['busy 05 00:00-05 00:10']);
  });
});

test('what takes no time makes no span', () => {
  expect(shown([today('09:00', 0), today('00:00', 0)])).toEqual([]);
});

test('spans of several calendars are merged alike, and given ones are left as they are', () => {
  const span = (kind: CalendarSpanKind, startsAtMs: number, endsAtMs: number) =>
    Object.freeze({ kind, startsAtMs, endsAtMs });
  const given = Object.freeze([
    span('busy', 5, 7),
    span('outOfOffice', 0, 6),
    span('busy', 0, 3),
    span('busy', 3, 5),
    span('busy', 1, 2),
    span('outOfOffice', 8, 9),
  ]);
  expect(mergedSpans(given)).toEqual([
    span('busy', 0, 7),
    span('outOfOffice', 0, 6),
    span('outOfOffice', 8, 9),
  ]);
});

describe('effort', () => {
  const hostile = series(slot(time('2020-01-01T09:00')), 'FREQ=SECONDLY');

  test('of an event that is too much is told with its name', () => {
    expect(() => shown([hostile])).toThrow(TooMuchEffort);
    expect(() => shown([hostile])).toThrow("The event 'series' takes more than 100000 steps");
  });

  test('of the whole calendar has its bound too', () => {
    const points = slot(time('2026-01-05T09:00'), { length: lasting(0) });
    const dear = series(points, 'FREQ=SECONDLY;COUNT=8000');
    expect(shown([dear])).toEqual([]);
    const window = { fromMs: at('2026-01-05'), toMs: at('2026-01-06') };
    const whole = new Effort('The calendar', 200_000);
    expect(() => spansOf([dear, dear, dear], window, zone('UTC'), whole)).toThrow(
      'The calendar takes more than 200000 steps to expand.',
    );
  });

  test('is not spent on what never shows', () => {
    const free = series(slot(time('2020-01-01T09:00'), { showAs: 'free' }), 'FREQ=SECONDLY');
    expect(shown([free, today('09:00', 60)])).toEqual(['busy 05 09:00-05 10:00']);
  });

  test('of 10,000 weekly meetings since 2005 over two months is well within the bound', () => {
    const meetings = Array.from({ length: 10_000 }, (_, each) => {
      const day = new Date(Date.UTC(2005, 0, 3 + (each % 7))).toISOString().slice(0, 10);
      const start = time(`${day}T${String(8 + (each % 10)).padStart(2, '0')}:00`, 'Europe/Berlin');
      return series(slot(start, { length: lasting(30) }), 'FREQ=WEEKLY');
    });
    const effort = Effort.forCalendar();
    const window = { fromMs: Date.UTC(2026, 2, 1), toMs: Date.UTC(2026, 2, 1) + 62 * 86_400_000 };
    expect(spansOf(meetings, window, zone('UTC'), effort)).toHaveLength(62 * 10);
    expect(effort.left).toBeGreaterThan(CALENDAR_STEPS / 2);
  });
});
