import { describe, expect, test } from 'vitest';
import { Effort, EVENT_STEPS, TooMuchEffort } from '../../src/calendar/effort.ts';
import { recurring } from '../../src/calendar/recurring.ts';
import { readRule } from '../../src/calendar/rrule.ts';
import { at } from './events.ts';

const shown = (ms: number) => new Date(ms).toISOString();

/** Which of a series begin from `from` until `to`; in full where times matter, else as days. */
function series(rule: string, start: string, from: string, to: string): readonly string[] {
  const window = { from: at(from), to: at(to) };
  const effort = new Effort('The series', 1_000_000);
  return recurring(readRule(rule), at(start), window, effort).map(shown);
}

const days = (...args: Parameters<typeof series>) =>
  series(...args)
    .map((each) => each.slice(0, 10))
    .join(' ');

const times = (...args: Parameters<typeof series>) =>
  series(...args)
    .map((each) => each.slice(5, 16))
    .join(' ');

/** The examples of RFC 5545, section 3.8.5.3: all begin on Tuesday, 2 September 1997, unless they say so. */
describe('the examples of the standard', () => {
  test.each([
    ['FREQ=DAILY;COUNT=10', '02', '02 03 04 05 06 07 08 09 10 11'],
    ['FREQ=DAILY;INTERVAL=2', '02', '02 04 06 08 10 12 14 16 18 20 22 24 26 28 30'],
    ['FREQ=DAILY;INTERVAL=10;COUNT=5', '02', '02 12 22'],
    ['FREQ=WEEKLY;COUNT=10', '02', '02 09 16 23 30'],
    ['FREQ=WEEKLY;INTERVAL=2;WKST=SU', '02', '02 16 30'],
    ['FREQ=WEEKLY;UNTIL=19971007T000000;WKST=SU;BYDAY=TU,TH', '02', '02 04 09 11 16 18 23 25 30'],
    ['FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,WE,FR', '01', '01 03 05 15 17 19 29'],
    ['FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH', '02', '02 04 16 18 30'],
    ['FREQ=MONTHLY;BYDAY=TU', '02', '02 09 16 23 30'],
    ['FREQ=MONTHLY;BYMONTHDAY=2,15;COUNT=10', '02', '02 15'],
    ['FREQ=MONTHLY;BYMONTHDAY=1,-1;COUNT=10', '30', '30'],
    ['FREQ=MONTHLY;BYDAY=1SU,-1SU', '07', '07 28'],
  ])('%s in September', (rule, start, expected) => {
    const found = days(rule, `1997-09-${start}T09:00`, '1997-09-01', '1997-10-01');
    expect(found).toBe(expected.replaceAll(/\d\d/g, (day) => `1997-09-${day}`));
  });

  test.each([
    [
      'FREQ=MONTHLY;COUNT=10;BYDAY=1FR',
      '1997-09-05',
      '1997-09-05 1997-10-03 1997-11-07 1997-12-05',
    ],
    [
      'FREQ=MONTHLY;COUNT=6;BYDAY=-2MO',
      '1997-09-22',
      '1997-09-22 1997-10-20 1997-11-17 1997-12-22',
    ],
    ['FREQ=MONTHLY;BYMONTHDAY=-3', '1997-09-28', '1997-09-28 1997-10-29 1997-11-28 1997-12-29'],
    [
      'FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15',
      '1997-09-10',
      '1997-09-10 1997-09-11 1997-09-12 1997-09-13 1997-09-14 1997-09-15 1999-03-10 1999-03-11 1999-03-12 1999-03-13',
    ],
    [
      'FREQ=YEARLY;COUNT=4;BYMONTH=6,7',
      '1997-06-10',
      '1997-06-10 1997-07-10 1998-06-10 1998-07-10',
    ],
    [
      'FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200',
      '1997-01-01',
      '1997-01-01 1997-04-10 1997-07-19 2000-01-01',
    ],
    ['FREQ=YEARLY;BYDAY=20MO', '1997-05-19', '1997-05-19 1998-05-18 1999-05-17'],
    ['FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO', '1997-05-12', '1997-05-12 1998-05-11 1999-05-17'],
    [
      'FREQ=YEARLY;BYMONTH=3;BYDAY=TH',
      '1997-03-13',
      '1997-03-13 1997-03-20 1997-03-27 1998-03-05 1998-03-12 1998-03-19 1998-03-26 1999-03-04 1999-03-11 1999-03-18 1999-03-25',
    ],
    [
      'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13',
      '1998-02-13',
      '1998-02-13 1998-03-13 1998-11-13 1999-08-13',
    ],
    [
      'FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13;COUNT=4',
      '1997-09-13',
      '1997-09-13 1997-10-11 1997-11-08 1997-12-13',
    ],
    [
      'FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3',
      '1997-09-04',
      '1997-09-04 1997-10-07 1997-11-06',
    ],
    [
      'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=5',
      '1997-09-29',
      '1997-09-29 1997-10-30 1997-11-27 1997-12-30 1998-01-29',
    ],
    [
      'FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5',
      '1998-01-15',
      '1998-01-15 1998-01-30 1998-02-15 1998-03-15 1998-03-30',
    ],
    [
      'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO',
      '1997-08-05',
      '1997-08-05 1997-08-10 1997-08-19 1997-08-24',
    ],
    [
      'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU',
      '1997-08-05',
      '1997-08-05 1997-08-17 1997-08-19 1997-08-31',
    ],
  ])('%s', (rule, start, expected) => {
    const found = days(rule, `${start}T09:00`, start, '2005-01-01').split(' ');
    const first = expected.split(' ');
    expect(found.slice(0, first.length)).toEqual(first);
  });

  test('the presidential election: each fourth year, the Tuesday after a Monday in November', () => {
    const rule = 'FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8';
    expect(days(rule, '1996-11-05T09:00', '1996-01-01', '2009-01-01')).toBe(
      '1996-11-05 2000-11-07 2004-11-02 2008-11-04',
    );
  });

  test.each([
    ['FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000', '09-02T09:00 09-02T12:00 09-02T15:00'],
    ['FREQ=MINUTELY;INTERVAL=90;COUNT=4', '09-02T09:00 09-02T10:30 09-02T12:00 09-02T13:30'],
    [
      'FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,16',
      '09-02T09:00 09-02T09:20 09-02T09:40 09-02T16:00 09-02T16:20 09-02T16:40',
    ],
    ['FREQ=DAILY;BYHOUR=9,16;BYMINUTE=0,20', '09-02T09:00 09-02T09:20 09-02T16:00 09-02T16:20'],
  ])('%s', (rule, expected) => {
    expect(times(rule, '1997-09-02T09:00', '1997-09-02', '1997-09-03')).toBe(expected);
  });
});

describe('the start', () => {
  test('is an occurrence, and the first that counts, also where the rule does not name it', () => {
    expect(
      days('FREQ=WEEKLY;BYDAY=MO;COUNT=3', '2026-01-07T09:00', '2026-01-01', '2027-01-01'),
    ).toBe('2026-01-07 2026-01-12 2026-01-19');
  });

  test('is one though the rule ends before it', () => {
    expect(days('FREQ=DAILY;UNTIL=20250101', '2026-01-07T09:00', '2026-01-01', '2027-01-01')).toBe(
      '2026-01-07',
    );
  });

  test('has its period: what the rule names earlier in it is not there', () => {
    expect(
      days(
        'FREQ=MONTHLY;BYMONTHDAY=5,20;BYSETPOS=1',
        '2026-01-20T09:00',
        '2026-01-01',
        '2026-04-01',
      ),
    ).toBe('2026-01-20 2026-02-05 2026-03-05');
  });

  test('says the day of a year, month or week that the rule leaves open, and the time', () => {
    const from = ['2028-02-29T09:30', '2028-01-01', '2033-01-01'] as const;
    expect(days('FREQ=YEARLY', ...from)).toBe('2028-02-29 2032-02-29');
    expect(days('FREQ=YEARLY;BYMONTH=1,3;COUNT=3', ...from)).toBe(
      '2028-02-29 2028-03-29 2029-01-29',
    );
    expect(days('FREQ=YEARLY;BYWEEKNO=9,1;COUNT=4', ...from)).toBe(
      '2028-02-29 2029-01-02 2029-02-27 2030-01-01',
    );
    expect(times('FREQ=DAILY;BYHOUR=8;COUNT=2', ...from)).toBe('02-29T09:30 03-01T08:30');
    expect(times('FREQ=HOURLY;INTERVAL=30;COUNT=3', ...from)).toBe(
      '02-29T09:30 03-01T15:30 03-02T21:30',
    );
  });
});

describe('weeks of the year', () => {
  test('week 1 may begin in December, and week 53 is not in each year', () => {
    expect(
      days('FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO', '2026-12-28T09:00', '2026-12-29', '2032-01-01'),
    ).toBe('2027-01-04 2028-01-03 2029-01-01 2029-12-31 2030-12-30 2031-12-29');
    expect(
      days('FREQ=YEARLY;BYWEEKNO=53;BYDAY=TH', '2026-12-31T09:00', '2026-01-01', '2040-01-01'),
    ).toBe('2026-12-31 2032-12-30 2037-12-31');
  });

  test('are counted from the end of the year too, and from another first day of the week', () => {
    expect(
      days('FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO', '2026-12-28T09:00', '2026-01-01', '2030-01-01'),
    ).toBe('2026-12-28 2027-12-27 2028-12-25 2029-12-24');
    expect(
      days(
        'FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO;WKST=SU',
        '2026-01-05T09:00',
        '2026-01-01',
        '2030-01-01',
      ),
    ).toBe('2026-01-05 2027-01-04 2028-01-03 2029-01-01 2029-12-31');
  });

  test('an interval counts years of whole weeks', () => {
    expect(
      days(
        'FREQ=YEARLY;INTERVAL=2;BYWEEKNO=1;BYDAY=MO',
        '2024-12-30T09:00',
        '2024-01-01',
        '2030-01-01',
      ),
    ).toBe('2024-12-30 2027-01-04 2029-01-01');
  });
});

describe('counting', () => {
  test.each([
    'FREQ=WEEKLY;BYDAY=MO,TH,SU',
    'FREQ=WEEKLY;INTERVAL=3;BYDAY=WE,TH',
    'FREQ=WEEKLY;BYDAY=MO,TU,FR;BYSETPOS=-1',
    'FREQ=DAILY;INTERVAL=3',
    'FREQ=DAILY;BYHOUR=3,12,20',
    'FREQ=DAILY;BYDAY=MO,TU',
    'FREQ=WEEKLY;BYMONTH=1,2,7',
    'FREQ=MONTHLY;BYDAY=-1FR',
    'FREQ=HOURLY;INTERVAL=7',
  ])('%s ends after its count, wherever one looks from', (rule) => {
    const start = '2026-01-07T12:00';
    const all = series(`${rule};COUNT=40`, start, '2026-01-01', '2040-01-01');
    expect(all).toEqual(series(rule, start, '2026-01-01', '2040-01-01').slice(0, 40));
    expect(all).toHaveLength(40);
    for (const from of [1, 2, 5, 20, 38, 39]) {
      const window = [all[from]?.slice(0, 16) ?? '', '2040-01-01'] as const;
      expect(series(`${rule};COUNT=40`, start, ...window)).toEqual(all.slice(from));
    }
  });

  test('of a weekly or daily series takes no longer for its age', () => {
    const spent = (rule: string) => {
      const effort = new Effort('The series', EVENT_STEPS);
      const window = { from: at('2026-01-05'), to: at('2026-02-05') };
      const found = recurring(readRule(rule), at('1005-01-03T09:00'), window, effort);
      expect(found.length).toBeGreaterThan(3);
      return EVENT_STEPS - effort.left;
    };
    expect(spent('FREQ=WEEKLY;COUNT=500000')).toBeLessThan(200);
    expect(spent('FREQ=DAILY;COUNT=500000')).toBeLessThan(200);
  });
});

describe('the window', () => {
  test('has its first instant, and not its last', () => {
    const rule = 'FREQ=DAILY';
    expect(times(rule, '2020-01-01T09:00', '2026-01-01T09:00', '2026-01-02T09:00')).toBe(
      '01-01T09:00',
    );
    expect(times(rule, '2020-01-01T09:00', '2026-01-01T09:01', '2026-01-02T09:01')).toBe(
      '01-02T09:00',
    );
  });

  test('is gone to at once, also where the series is as old as the calendar', () => {
    for (const rule of ['FREQ=DAILY;INTERVAL=3', 'FREQ=YEARLY', 'FREQ=MINUTELY;INTERVAL=45']) {
      const effort = new Effort('The series', 500);
      const window = { from: at('2026-01-01'), to: at('2026-01-08') };
      recurring(readRule(rule), at('0001-01-01T00:00'), window, effort);
    }
  });

  test('before the start, or empty, or after the end has nothing', () => {
    expect(days('FREQ=DAILY', '2026-01-01T09:00', '2025-01-01', '2026-01-01')).toBe('');
    expect(days('FREQ=DAILY', '2026-01-01T09:00', '2027-01-01', '2027-01-01')).toBe('');
    expect(days('FREQ=DAILY;UNTIL=20260105', '2026-01-01T09:00', '2026-01-06', '2027-01-01')).toBe(
      '',
    );
    expect(days('FREQ=DAILY;UNTIL=20260105', '2026-01-01T09:00', '2026-01-05', '2027-01-01')).toBe(
      '2026-01-05',
    );
  });
});

describe('hostile rules', () => {
  const numbers = (count: number, from: number) =>
    Array.from({ length: count }, (_, at) => at + from).join();

  test.each([
    'FREQ=SECONDLY',
    'FREQ=SECONDLY;COUNT=2000000000',
    'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=DAILY;COUNT=2000000000;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=YEARLY;COUNT=2000000000;BYMONTH=2;BYMONTHDAY=30;BYDAY=53MO,-53SU',
    'FREQ=YEARLY;COUNT=2000000000;BYWEEKNO=53,-53;BYYEARDAY=1,2,3;BYSETPOS=366',
    `FREQ=DAILY;BYHOUR=${numbers(24, 0)};BYMINUTE=${numbers(60, 0)};BYSECOND=${numbers(60, 0)}`,
    `FREQ=YEARLY;BYHOUR=${numbers(24, 0)};BYMINUTE=${numbers(60, 0)};COUNT=2000000000;BYSETPOS=${numbers(366, 1)};BYDAY=MO`,
  ])('%.60s ends soon, if in being too much', (rule) => {
    const run = () => {
      const effort = Effort.forEvent('hostile');
      const window = { from: at('2026-01-01'), to: at('2028-01-01') };
      try {
        return recurring(readRule(rule), at('0001-01-01T00:00'), window, effort);
      } catch (error) {
        expect(error).toBeInstanceOf(TooMuchEffort);
        return [];
      }
    };
    run();
    // The best of some runs, in time of the processor, which others may be using. The aim is 50 ms at the worst.
    const tookMs = Array.from({ length: 7 }, () => {
      const before = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    });
    expect(Math.min(...tookMs)).toBeLessThan(50);
  });
});
