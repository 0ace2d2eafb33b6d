import { describe, expect, test } from 'vitest';
import { Effort, TooMuchEffort } from '../../src/calendar/effort.ts';
import type { CalendarEvent } from '../../src/calendar/event.ts';
import { occurrences } from '../../src/calendar/occurrences.ts';
import { at, DAY_MS, lasting, series, single, slot, time, wholeDays, zone } from './events.ts';

const BERLIN = 'Europe/Berlin';

function found(event: CalendarEvent, from: string, to: string, home = 'UTC') {
  const window = { fromMs: at(from), toMs: at(to) };
  return occurrences(event, window, zone(home), Effort.forEvent(event.id));
}

/** In UTC: `01-05 09:00-10:00`, and with the day of the end where it is another. */
function shown(...args: Parameters<typeof found>): string[] {
  return found(...args).map(({ startsAtMs, endsAtMs }) => {
    const [start, end] = [startsAtMs, endsAtMs].map((ms) => new Date(ms).toISOString());
    const isSameDay = start?.slice(0, 10) === end?.slice(0, 10);
    return `${start?.slice(5, 16)}-${end?.slice(isSameDay ? 11 : 5, 16)}`.replaceAll('T', ' ');
  });
}

describe('a single event', () => {
  const event = single(slot(time('2026-01-05T09:00', BERLIN)));

  test('is where its zone says', () => {
    expect(shown(event, '2026-01-05', '2026-01-06')).toEqual(['01-05 08:00-09:00']);
  });

  test.each([
    ['2026-01-05T08:30', '2026-01-05T08:31', true],
    ['2026-01-05T07:00', '2026-01-05T08:00', false],
    ['2026-01-05T07:00', '2026-01-05T08:01', true],
    ['2026-01-05T09:00', '2026-01-05T10:00', false],
    ['2026-01-05T08:59', '2026-01-05T10:00', true],
  ])('lies in the window from %s to %s: %s', (from, to, isIn) => {
    expect(shown(event, from, to)).toHaveLength(isIn ? 1 : 0);
  });

  test('without length lies where its instant does', () => {
    const point = single(slot(time('2026-01-05T09:00'), { length: lasting(0) }));
    expect(shown(point, '2026-01-05T09:00', '2026-01-05T10:00')).toEqual(['01-05 09:00-09:00']);
    expect(shown(point, '2026-01-05T08:00', '2026-01-05T09:00')).toEqual([]);
    expect(shown(point, '2026-01-05T09:01', '2026-01-05T10:00')).toEqual([]);
  });

  test('that floats is at home', () => {
    const floating = single(slot(time('2026-01-05T09:00')));
    expect(shown(floating, '2026-01-05', '2026-01-06', 'Asia/Tokyo')).toEqual([
      '01-05 00:00-01:00',
    ]);
    expect(shown(floating, '2026-01-05', '2026-01-06', 'America/New_York')).toEqual([
      '01-05 14:00-15:00',
    ]);
  });

  test('of years is found in their midst', () => {
    const long = single(wholeDays('2020-01-01', 4000));
    expect(shown(long, '2026-01-05', '2026-01-06')).toEqual(['01-01 00:00-12-14 00:00']);
  });
});

describe('whole days', () => {
  test('are the days of the owner, as long as these are', () => {
    const day = single(wholeDays('2026-03-29'));
    expect(shown(day, '2026-03-20', '2026-04-01', BERLIN)).toEqual(['03-28 23:00-03-29 22:00']);
    expect(shown(day, '2026-03-20', '2026-04-01', 'Pacific/Kiritimati')).toEqual([
      '03-28 10:00-03-29 10:00',
    ]);
  });

  test('are the owner’s also where they are written in a zone', () => {
    const day = single(wholeDays('2026-01-05', 1, { start: time('2026-01-05', 'UTC') }));
    expect(shown(day, '2026-01-01', '2026-01-10', BERLIN)).toEqual(['01-04 23:00-01-05 23:00']);
  });

  test('begin with their first instant where midnight is skipped', () => {
    const day = single(wholeDays('2026-04-24'));
    expect(shown(day, '2026-04-20', '2026-04-30', 'Africa/Cairo')).toEqual([
      '04-23 22:00-04-24 21:00',
    ]);
  });

  test('end on the day that UNTIL says, in whatever zone it is written', () => {
    const ends = (rule: string, home: string) =>
      shown(series(wholeDays('2026-01-05'), rule), '2026-01-01', '2026-02-01', home).length;
    for (const home of ['America/New_York', 'UTC', BERLIN]) {
      expect(ends('FREQ=DAILY;UNTIL=20260107', home)).toBe(3);
      expect(ends('FREQ=DAILY;UNTIL=20260107T000000Z', home)).toBe(3);
    }
    expect(ends('FREQ=DAILY;UNTIL=20260106T230000Z', BERLIN)).toBe(3);
    expect(ends('FREQ=DAILY;UNTIL=20260107T050000Z', 'America/New_York')).toBe(3);
  });
});

describe('lengths', () => {
  const over = (length: { days: number; ms: number }) =>
    shown(single(slot(time('2026-03-28T12:00', BERLIN), { length })), '2026-03-01', '2026-04-01');

  test('in days are counted on the wall clock, others pass as on a stopwatch', () => {
    expect(over({ days: 1, ms: 0 })).toEqual(['03-28 11:00-03-29 10:00']);
    expect(over({ days: 0, ms: DAY_MS })).toEqual(['03-28 11:00-03-29 11:00']);
    expect(over({ days: 1, ms: DAY_MS / 24 })).toEqual(['03-28 11:00-03-29 11:00']);
  });

  test('longer than the interval make occurrences overlap, and each is found', () => {
    const watch = series(
      slot(time('2026-01-05T09:00'), { length: lasting(3 * 24 * 60) }),
      'FREQ=DAILY',
    );
    expect(shown(watch, '2026-01-10T12:00', '2026-01-10T13:00')).toEqual([
      '01-08 09:00-01-11 09:00',
      '01-09 09:00-01-12 09:00',
      '01-10 09:00-01-13 09:00',
    ]);
  });
});

describe('a series', () => {
  const standup = series(slot(time('2026-01-05T09:00', BERLIN)), 'FREQ=WEEKLY;BYDAY=MO,WE');

  test('keeps its wall clock through both daylight changes', () => {
    const sunday = series(slot(time('2026-01-04T09:00', BERLIN)), 'FREQ=WEEKLY');
    expect(shown(sunday, '2026-03-20', '2026-04-01')).toEqual([
      '03-22 08:00-09:00',
      '03-29 07:00-08:00',
    ]);
    expect(shown(sunday, '2026-10-17', '2026-10-27')).toEqual([
      '10-18 07:00-08:00',
      '10-25 08:00-09:00',
    ]);
  });

  test('at a time that is skipped takes place all the same, at one that is repeated once', () => {
    const night = series(slot(time('2026-01-05T02:30', BERLIN)), 'FREQ=DAILY');
    expect(shown(night, '2026-03-28T12:00', '2026-03-30T12:00')).toEqual([
      '03-29 01:30-02:30',
      '03-30 00:30-01:30',
    ]);
    expect(shown(night, '2026-10-24T12:00', '2026-10-25T12:00')).toEqual(['10-25 00:30-01:30']);
  });

  test('by the hour has what two wall clocks mean once', () => {
    const hourly = series(
      slot(time('2026-03-29T00:00', BERLIN), { length: lasting(5) }),
      'FREQ=HOURLY',
    );
    expect(shown(hourly, '2026-03-28T23:30', '2026-03-29T02:30')).toEqual([
      '03-29 00:00-00:05',
      '03-29 01:00-01:05',
      '03-29 02:00-02:05',
    ]);
  });

  test('ends at an UNTIL that is an instant, in the first or second reading of an hour', () => {
    const night = (until: string) =>
      series(slot(time('2026-10-23T02:30', BERLIN)), `FREQ=DAILY;UNTIL=${until}`);
    const last = (until: string) => shown(night(until), '2026-10-24', '2026-11-01').at(-1);
    expect(last('20261025T002959Z')).toBe('10-24 00:30-01:30');
    expect(last('20261025T003000Z')).toBe('10-25 00:30-01:30');
    expect(last('20261025T011500Z')).toBe('10-25 00:30-01:30');
  });

  test('names its occurrences by when the series has them, and gives each its slot', () => {
    const [one] = found(standup, '2026-01-07', '2026-01-08');
    expect(one?.from).toEqual(time('2026-01-07T09:00', BERLIN));
    expect(one?.slot).toEqual(slot(time('2026-01-07T09:00', BERLIN)));
  });

  test('of several rules has each occurrence once', () => {
    const both = series(slot(time('2026-01-05T09:00')), ['FREQ=WEEKLY', 'FREQ=DAILY;INTERVAL=3']);
    expect(shown(both, '2026-01-01', '2026-01-20').map((each) => each.slice(0, 5))).toEqual([
      '01-05',
      '01-08',
      '01-11',
      '01-12',
      '01-14',
      '01-17',
      '01-19',
    ]);
  });

  test('without rules is its start and what was added', () => {
    const added = [
      { start: time('2026-01-09T10:00', 'UTC'), length: lasting(10) },
      { start: time('2026-01-07T09:00', BERLIN) },
      { start: time('2026-01-07T08:00', 'UTC') },
    ];
    const event = series(slot(time('2026-01-05T09:00', BERLIN)), [], { added });
    expect(shown(event, '2026-01-01', '2026-02-01')).toEqual([
      '01-05 08:00-09:00',
      '01-07 08:00-09:00',
      '01-09 10:00-10:10',
    ]);
  });

  test('has an added occurrence with its own length where the rule has it too', () => {
    const added = [{ start: time('2026-01-07T09:00', BERLIN), length: lasting(10) }];
    const event = series(slot(time('2026-01-05T09:00', BERLIN)), 'FREQ=DAILY;COUNT=3', { added });
    expect(shown(event, '2026-01-07', '2026-01-08')).toEqual(['01-07 08:00-08:10']);
  });
});

describe('removed occurrences', () => {
  const without = (...removed: [string, string | undefined, boolean?][]) =>
    series(slot(time('2026-01-05T09:00', BERLIN)), 'FREQ=DAILY;COUNT=4', {
      removed: removed.map(([text, zoneName, isAllDay = false]) => ({
        ...time(text, zoneName),
        isAllDay,
      })),
    });
  const days = (event: CalendarEvent) =>
    shown(event, '2026-01-01', '2026-02-01').map((each) => each.slice(3, 5));

  test('are not there, in whatever zone they are named', () => {
    expect(days(without())).toEqual(['05', '06', '07', '08']);
    expect(days(without(['2026-01-06T09:00', BERLIN]))).toEqual(['05', '07', '08']);
    expect(days(without(['2026-01-06T08:00', 'UTC']))).toEqual(['05', '07', '08']);
    expect(days(without(['2026-01-06T09:00', undefined]))).toEqual(['05', '07', '08']);
  });

  test('at another time are not those', () => {
    expect(days(without(['2026-01-06T09:00', 'UTC'], ['2026-01-07T09:01', BERLIN]))).toHaveLength(
      4,
    );
  });

  test('of a day are all of that day, on the wall clock of the event', () => {
    expect(days(without(['2026-01-06', undefined, true]))).toEqual(['05', '07', '08']);
    const late = series(slot(time('2026-01-05T22:00', 'America/New_York')), 'FREQ=DAILY;COUNT=3', {
      removed: [{ ...time('2026-01-06'), isAllDay: true }],
    });
    expect(shown(late, '2026-01-01', '2026-02-01')).toEqual([
      '01-06 03:00-04:00',
      '01-08 03:00-04:00',
    ]);
  });

  test.each([
    ['Asia/Tokyo', '01:00'],
    ['America/New_York', '22:00'],
  ])('are found in %s at %s, when it is another day in UTC', (zoneName, clock) => {
    const event = series(slot(time(`2026-01-05T${clock}`, zoneName)), 'FREQ=WEEKLY;COUNT=3', {
      removed: [{ ...time(`2026-01-12T${clock}`, zoneName), isAllDay: false }],
    });
    expect(shown(event, '2026-01-01', '2026-02-01')).toHaveLength(2);
  });

  test('may be the start', () => {
    expect(days(without(['2026-01-05T09:00', BERLIN]))).toEqual(['06', '07', '08']);
  });

  test('of whole days are found as dates, as midnights, and as midnights at home', () => {
    const dayOff = (removed: string, zoneName: string | undefined, isAllDay: boolean) =>
      shown(
        series(wholeDays('2026-01-05'), 'FREQ=DAILY;COUNT=3', {
          removed: [{ ...time(removed, zoneName), isAllDay }],
        }),
        '2026-01-01',
        '2026-02-01',
        BERLIN,
      ).length;
    expect(dayOff('2026-01-06', undefined, true)).toBe(2);
    expect(dayOff('2026-01-06', undefined, false)).toBe(2);
    expect(dayOff('2026-01-06', 'UTC', false)).toBe(2);
    expect(dayOff('2026-01-05T23:00', 'UTC', false)).toBe(2);
    expect(dayOff('2026-01-05T22:00', 'UTC', false)).toBe(3);
  });
});

describe('moved occurrences', () => {
  const moving = (from: string, to: string) =>
    series(slot(time('2026-01-05T09:00', BERLIN)), 'FREQ=DAILY', {
      moved: [{ from: time(from, BERLIN), to: slot(time(to, BERLIN), { length: lasting(30) }) }],
    });

  test('are where they were moved to, and not where they were', () => {
    expect(
      shown(moving('2026-01-06T09:00', '2026-01-06T15:00'), '2026-01-06', '2026-01-07'),
    ).toEqual(['01-06 14:00-14:30']);
  });

  test('leave the window', () => {
    expect(
      shown(moving('2026-01-06T09:00', '2027-06-06T15:00'), '2026-01-06', '2026-01-07'),
    ).toEqual([]);
  });

  test('come into it from outside, and keep their name', () => {
    const event = moving('2027-03-06T09:00', '2026-01-06T15:00');
    expect(shown(event, '2026-01-06', '2026-01-07')).toEqual([
      '01-06 08:00-09:00',
      '01-06 14:00-14:30',
    ]);
    expect(found(event, '2026-01-06', '2026-01-07')[1]?.from).toEqual(
      time('2027-03-06T09:00', BERLIN),
    );
  });

  test('may have been moved onto another, and both are there', () => {
    expect(
      shown(moving('2026-01-07T09:00', '2026-01-06T09:00'), '2026-01-06', '2026-01-08'),
    ).toEqual(['01-06 08:00-08:30', '01-06 08:00-09:00']);
  });

  test('are there though the series has nothing where they come from', () => {
    expect(
      shown(moving('2026-01-06T09:30', '2026-01-06T15:00'), '2026-01-06', '2026-01-07'),
    ).toEqual(['01-06 08:00-09:00', '01-06 14:00-14:30']);
  });

  test('are there though they are removed besides', () => {
    const event = series(slot(time('2026-01-05T09:00', BERLIN)), 'FREQ=DAILY', {
      removed: [{ ...time('2026-01-06T09:00', BERLIN), isAllDay: false }],
      moved: [
        { from: time('2026-01-06T08:00', 'UTC'), to: slot(time('2026-01-06T15:00', BERLIN)) },
      ],
    });
    expect(shown(event, '2026-01-06', '2026-01-07')).toEqual(['01-06 14:00-15:00']);
  });

  test('may have become whole days, or stand otherwise', () => {
    const to = wholeDays('2026-01-06', 1, { showAs: 'workingElsewhere' });
    const event = series(slot(time('2026-01-05T09:00', BERLIN)), 'FREQ=DAILY', {
      moved: [{ from: time('2026-01-06T09:00', BERLIN), to }],
    });
    const [first] = found(event, '2026-01-06T12:00', '2026-01-06T13:00', BERLIN);
    expect(first?.slot).toEqual(to);
    expect(first && first.endsAtMs - first.startsAtMs).toBe(DAY_MS);
  });
});

describe('effort', () => {
  test('is little for an event far from the window, however much it says', () => {
    const moments = Array.from({ length: 20_000 }, (_, at) =>
      time(`${1970 + (at % 50)}-01-01`, BERLIN),
    );
    const event = series(slot(time('1970-01-01T09:00', BERLIN)), [], {
      added: moments.map((start) => ({ start })),
      removed: moments.map((each) => ({ ...each, isAllDay: false })),
      moved: moments.map((from) => ({ from, to: slot(from) })),
    });
    expect(shown(event, '2026-01-05', '2026-01-06')).toEqual([]);
  });

  test('has its bound where occurrences are ever longer and more', () => {
    const long = { length: { days: 1_000_000, ms: 0 } };
    const event = series(slot(time('0001-01-01T09:00', BERLIN), long), 'FREQ=DAILY');
    expect(() => found(event, '2026-01-05', '2026-01-06')).toThrow(TooMuchEffort);
  });
});
