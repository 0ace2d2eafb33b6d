import { describe, expect, test } from 'vitest';
import { Effort } from '../../src/calendar/effort.ts';
import type { CalendarTime } from '../../src/calendar/event.ts';
import {
  DAYS_OF_WEEK,
  type RecurrencePattern,
  type RecurrenceRange,
  ruleOfPattern,
  WEEK_INDEXES,
} from '../../src/calendar/pattern.ts';
import { patternOfRule } from '../../src/calendar/pattern-of-rule.ts';
import { recurring } from '../../src/calendar/recurring.ts';
import { readRule, writeRule } from '../../src/calendar/rrule.ts';
import { GraphError } from '../../src/graph/error.ts';
import { Random } from '../crash/random.ts';
import { time, zone } from './events.ts';

const START = time('2026-01-05T09:30', 'Europe/Berlin');

function pattern(type: RecurrencePattern['type'], other: Partial<RecurrencePattern> = {}) {
  return {
    type,
    interval: 1,
    month: 0,
    dayOfMonth: 0,
    daysOfWeek: [],
    firstDayOfWeek: 'sunday',
    index: 'first',
    ...other,
  };
}

function range(type: RecurrenceRange['type'], other: Partial<RecurrenceRange> = {}) {
  return {
    type,
    startDate: '2026-01-05',
    endDate: '0001-01-01',
    recurrenceTimeZone: 'Europe/Berlin',
    numberOfOccurrences: 0,
    ...other,
  };
}

const rule = (of: RecurrencePattern, over = range('noEnd'), start = START) =>
  writeRule(ruleOfPattern(of, over, start));

describe('a pattern as a rule', () => {
  test.each([
    [pattern('daily', { interval: 3 }), 'FREQ=DAILY;INTERVAL=3;WKST=SU'],
    [
      pattern('weekly', {
        daysOfWeek: ['friday', 'monday'],
        firstDayOfWeek: 'monday',
        interval: 2,
      }),
      'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR',
    ],
    [pattern('absoluteMonthly', { dayOfMonth: 15 }), 'FREQ=MONTHLY;BYMONTHDAY=15;WKST=SU'],
    [
      pattern('relativeMonthly', { daysOfWeek: ['tuesday'], index: 'second' }),
      'FREQ=MONTHLY;BYDAY=2TU;WKST=SU',
    ],
    [
      pattern('relativeMonthly', { daysOfWeek: ['saturday', 'sunday'], index: 'last' }),
      'FREQ=MONTHLY;BYSETPOS=-1;BYDAY=SA,SU;WKST=SU',
    ],
    [
      pattern('absoluteYearly', { month: 4, dayOfMonth: 30 }),
      'FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=30;WKST=SU',
    ],
    [
      pattern('relativeYearly', { month: 11, daysOfWeek: ['thursday'], index: 'fourth' }),
      'FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;WKST=SU',
    ],
  ])('%o is %s', (given, expected) => {
    expect(rule(given)).toBe(expected);
  });

  test('takes nothing of what its type does not use', () => {
    const given = pattern('daily', {
      month: 3,
      dayOfMonth: 31,
      daysOfWeek: ['monday'],
      index: 'last',
    });
    expect(rule(given)).toBe('FREQ=DAILY;WKST=SU');
  });
});

describe('a day that some months do not have is the last one there', () => {
  function days(of: RecurrencePattern, start: string, to: string): string {
    const { wall } = time(start);
    const window = { from: wall, to: time(to).wall };
    return recurring(
      ruleOfPattern(of, range('noEnd'), START),
      wall,
      window,
      Effort.forEvent('event'),
    )
      .map((each) => new Date(each).toISOString().slice(2, 10))
      .join(' ');
  }

  test.each([
    [31, '26-01-31 26-02-28 26-03-31 26-04-30 26-05-31'],
    [30, '26-01-30 26-02-28 26-03-30 26-04-30 26-05-30'],
    [29, '26-01-29 26-02-28 26-03-29 26-04-29 26-05-29'],
    [28, '26-01-28 26-02-28 26-03-28 26-04-28 26-05-28'],
  ])('the %i of each month', (dayOfMonth, expected) => {
    const given = pattern('absoluteMonthly', { dayOfMonth });
    expect(days(given, `2026-01-${dayOfMonth}`, '2026-06-01')).toBe(expected);
  });

  test('29 February of each year', () => {
    const given = pattern('absoluteYearly', { month: 2, dayOfMonth: 29 });
    expect(days(given, '2024-02-29', '2029-01-01')).toBe(
      '24-02-29 25-02-28 26-02-28 27-02-28 28-02-29',
    );
  });

  test('but a day that a month never has is refused', () => {
    const given = pattern('absoluteYearly', { month: 4, dayOfMonth: 31 });
    expect(() => rule(given)).toThrow(GraphError);
    expect(() => rule(given)).toThrow('[Recurrence.Pattern.DayOfMonth]: month 4 has no day 31.');
  });
});

describe('a range', () => {
  const daily = pattern('daily', { firstDayOfWeek: 'monday' });

  test('without end, or numbered', () => {
    expect(rule(daily, range('noEnd', { numberOfOccurrences: 9 }))).toBe('FREQ=DAILY');
    expect(rule(daily, range('numbered', { numberOfOccurrences: 9 }))).toBe('FREQ=DAILY;COUNT=9');
  });

  test('ends after its last day, in the zone of the event', () => {
    const over = range('endDate', { endDate: '2026-02-28' });
    expect(rule(daily, over)).toBe('FREQ=DAILY;UNTIL=20260228');
    expect(rule(daily, { ...over, recurrenceTimeZone: '' })).toBe('FREQ=DAILY;UNTIL=20260228');
    expect(rule(daily, { ...over, recurrenceTimeZone: 'W. Europe Standard Time' })).toBe(
      'FREQ=DAILY;UNTIL=20260228',
    );
    expect(rule(daily, over, time('2026-01-05'))).toBe('FREQ=DAILY;UNTIL=20260228');
  });

  test('ends after its last day in its own zone', () => {
    const over = range('endDate', { endDate: '2026-02-28', recurrenceTimeZone: 'Asia/Tokyo' });
    expect(rule(daily, over)).toBe('FREQ=DAILY;UNTIL=20260228T145959Z');
  });
});

test.each([
  ['FirstDayOfWeek', pattern('daily', { firstDayOfWeek: 'someday' }), range('noEnd')],
  ['DaysOfWeek', pattern('weekly', { daysOfWeek: ['moonday'] }), range('noEnd')],
  ['DaysOfWeek', pattern('weekly'), range('noEnd')],
  ['Index', pattern('relativeMonthly', { daysOfWeek: ['monday'], index: 'fifth' }), range('noEnd')],
  ['EndDate', pattern('daily'), range('endDate', { endDate: 'soon' })],
  [
    'RecurrenceTimeZone',
    pattern('daily'),
    range('endDate', { endDate: '2026-02-28', recurrenceTimeZone: 'Mars/Olympus' }),
  ],
])('what is wrong is named: %s', (part, of, over) => {
  expect(() => ruleOfPattern(of, over, START)).toThrow(GraphError);
  expect(() => ruleOfPattern(of, over, START)).toThrow(
    new RegExp(`^\\[Recurrence\\.\\w+\\.${part}\\]: `),
  );
});

describe('a rule as a pattern', () => {
  const back = (text: string, start: CalendarTime = START) => {
    const found = patternOfRule(readRule(text), start);
    if (found === undefined) return undefined;
    const { type, interval, month, dayOfMonth, daysOfWeek, index } = found.pattern;
    return [type, interval, month, dayOfMonth, daysOfWeek.join(), index].join(' ');
  };

  test.each([
    ['FREQ=DAILY;INTERVAL=2', 'daily 2 0 0  first'],
    ['FREQ=WEEKLY', 'weekly 1 0 0 monday first'],
    [
      'FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=9;BYMINUTE=30;BYSECOND=0',
      'weekly 1 0 0 monday,wednesday first',
    ],
    ['FREQ=MONTHLY', 'absoluteMonthly 1 0 5  first'],
    ['FREQ=MONTHLY;BYMONTHDAY=-1', 'absoluteMonthly 1 0 31  first'],
    ['FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1', 'absoluteMonthly 1 0 31  first'],
    ['FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1', 'absoluteMonthly 1 0 30  first'],
    ['FREQ=MONTHLY;BYDAY=-1FR', 'relativeMonthly 1 0 0 friday last'],
    ['FREQ=MONTHLY;BYDAY=FR;BYSETPOS=3', 'relativeMonthly 1 0 0 friday third'],
    ['FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1', 'relativeMonthly 1 0 0 saturday,sunday first'],
    ['FREQ=YEARLY', 'absoluteYearly 1 1 5  first'],
    ['FREQ=YEARLY;BYMONTH=7', 'absoluteYearly 1 7 5  first'],
    ['FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=-1', 'absoluteYearly 1 4 30  first'],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1', 'absoluteYearly 1 2 29  first'],
    ['FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31', 'absoluteYearly 1 12 31  first'],
    ['FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', 'relativeYearly 1 11 0 thursday fourth'],
  ])('%s is %s', (text, expected) => {
    expect(back(text)).toBe(expected);
  });

  test.each([
    'FREQ=HOURLY',
    'FREQ=DAILY;BYDAY=MO',
    'FREQ=DAILY;BYHOUR=9,15',
    'FREQ=DAILY;BYHOUR=10',
    'FREQ=DAILY;COUNT=3;UNTIL=20260301',
    'FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1',
    'FREQ=WEEKLY;BYMONTH=1',
    'FREQ=MONTHLY;BYMONTHDAY=31',
    'FREQ=MONTHLY;BYMONTHDAY=1,15',
    'FREQ=MONTHLY;BYMONTHDAY=-2',
    'FREQ=MONTHLY;BYMONTHDAY=27,28;BYSETPOS=-1',
    'FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR',
    'FREQ=MONTHLY;BYDAY=FR',
    'FREQ=MONTHLY;BYDAY=5FR',
    'FREQ=MONTHLY;BYDAY=1FR,3FR',
    'FREQ=MONTHLY;BYDAY=1FR,1MO',
    'FREQ=MONTHLY;BYDAY=2FR;BYSETPOS=1',
    'FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,2',
    'FREQ=MONTHLY;BYMONTH=1,7',
    'FREQ=YEARLY;BYMONTH=1,7',
    'FREQ=YEARLY;BYMONTHDAY=1',
    'FREQ=YEARLY;BYDAY=1MO',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
    'FREQ=YEARLY;BYYEARDAY=1',
    'FREQ=YEARLY;BYWEEKNO=1',
  ])('%s is none', (text) => {
    expect(back(text)).toBeUndefined();
  });

  test('that leaves short months out, since it begins on their missing days, is none', () => {
    expect(back('FREQ=MONTHLY', time('2026-01-30T09:30'))).toBeUndefined();
    expect(back('FREQ=YEARLY', time('2028-02-29T09:30'))).toBeUndefined();
  });

  test.each([
    ['UNTIL=20260301', 'endDate', '2026-03-01', 0],
    ['UNTIL=20260301T093000', 'endDate', '2026-03-01', 0],
    ['UNTIL=20260301T092959', 'endDate', '2026-02-28', 0],
    ['UNTIL=20260301T083000Z', 'endDate', '2026-03-01', 0],
    ['UNTIL=20260301T082959Z', 'endDate', '2026-02-28', 0],
    ['UNTIL=20200101', 'endDate', '2026-01-05', 0],
    ['COUNT=5', 'numbered', '0001-01-01', 5],
    ['INTERVAL=1', 'noEnd', '0001-01-01', 0],
  ])('with %s ends accordingly', (end, type, endDate, numberOfOccurrences) => {
    expect(patternOfRule(readRule(`FREQ=DAILY;${end}`), START)?.range).toEqual({
      type,
      startDate: '2026-01-05',
      endDate,
      numberOfOccurrences,
      recurrenceTimeZone: 'Europe/Berlin',
    });
  });
});

test('each pattern comes back from its rule', () => {
  const random = new Random(3);
  for (let each = 0; each < 1000; each += 1) {
    const month = random.between(1, 12);
    const some = DAYS_OF_WEEK.filter(() => random.chance(0.4));
    const daysOfWeek = some.length > 0 ? some : ['monday'];
    const index = random.pick([...WEEK_INDEXES.keys()]);
    const longest = new Date(Date.UTC(2000, month, 0)).getUTCDate();
    const given = {
      ...random.pick([
        pattern('daily'),
        pattern('weekly', { daysOfWeek }),
        pattern('absoluteMonthly', { dayOfMonth: random.between(1, 31) }),
        pattern('relativeMonthly', { daysOfWeek, index }),
        pattern('absoluteYearly', { month, dayOfMonth: random.between(1, longest) }),
        pattern('relativeYearly', { month, daysOfWeek, index }),
      ]),
      interval: random.between(1, 99),
      firstDayOfWeek: random.pick(DAYS_OF_WEEK),
    };
    const over = random.pick([
      range('noEnd'),
      range('numbered', { numberOfOccurrences: random.between(1, 999) }),
      range('endDate', { endDate: '2027-02-03' }),
    ]);
    expect(patternOfRule(ruleOfPattern(given, over, START), START)).toEqual({
      pattern: given,
      range: over,
    });
  }
  expect(zone('Europe/Berlin')).toBe(START.zone);
});
