import { describe, expect, test } from 'vitest';
import { BadRule, everyRule, readRule, writeRule } from '../../src/calendar/rrule.ts';
import { Random } from '../crash/random.ts';
import { at } from './events.ts';
import { anyRule, ordinaryRule } from './random-rule.ts';

describe('reading', () => {
  test('takes all parts, in any order and case, with or without the name of the property', () => {
    const text =
      'rrule:byday=mo,-1Fr,+2SU;bysetpos=1,-1;WKST=su;interval=2;count=7;Freq=Monthly;bymonth=12,1;' +
      'bymonthday=-1,15;byhour=9;byminute=30,0;bysecond=0';
    expect(readRule(text)).toEqual({
      frequency: 'monthly',
      interval: 2,
      until: null,
      count: 7,
      weekStart: 7,
      months: [1, 12],
      weeks: [],
      yearDays: [],
      monthDays: [-1, 15],
      weekdays: [
        { day: 1, nth: 0 },
        { day: 5, nth: -1 },
        { day: 7, nth: 2 },
      ],
      hours: [9],
      minutes: [0, 30],
      seconds: [0],
      positions: [-1, 1],
    });
    expect(readRule('FREQ=YEARLY;BYWEEKNO=-1,20;BYDAY=MO')).toMatchObject({ weeks: [-1, 20] });
    expect(readRule('FREQ=YEARLY;BYYEARDAY=-366,366')).toMatchObject({ yearDays: [-366, 366] });
  });

  test('of what is not said takes what the standard says', () => {
    expect(readRule('FREQ=SECONDLY')).toEqual(everyRule('secondly'));
  });

  test.each([
    ['20260105T090000Z', { instantMs: at('2026-01-05T09:00') }],
    ['20260105t090000z', { instantMs: at('2026-01-05T09:00') }],
    ['20260105T090000', { wall: at('2026-01-05T09:00') }],
    ['20260105T235960', { wall: at('2026-01-05T23:59:59') }],
    ['20260105', { wall: at('2026-01-06') - 1 }],
    ['00010101', { wall: at('0001-01-02') - 1 }],
  ])('takes UNTIL=%s', (until, expected) => {
    expect(readRule(`FREQ=DAILY;UNTIL=${until}`).until).toEqual(expected);
  });

  test('takes what is there twice once, and a semicolon at the end', () => {
    const rule = readRule('FREQ=WEEKLY;BYDAY=MO,TU,MO;BYHOUR=9,9;');
    expect(rule.weekdays.map(({ day }) => day)).toEqual([1, 2]);
    expect(rule.hours).toEqual([9]);
  });

  test('takes both COUNT and UNTIL', () => {
    expect(readRule('FREQ=DAILY;COUNT=3;UNTIL=20260105')).toMatchObject({
      count: 3,
      until: { wall: expect.any(Number) },
    });
  });

  test.each([
    ['', "'' is not of the form NAME=value"],
    ['FREQ', "'FREQ' is not of the form NAME=value"],
    ['COUNT=3', 'FREQ is missing'],
    ['FREQ=', "FREQ: '' is no frequency"],
    ['FREQ=FORTNIGHTLY', "FREQ: 'FORTNIGHTLY' is no frequency"],
    ['FREQ=DAILY;FREQ=DAILY', 'FREQ is there twice'],
    ['FREQ=DAILY;SKIP=OMIT', "'SKIP' is no part of a rule"],
    ['FREQ=DAILY;X-FOO=1', "'X-FOO' is no part of a rule"],
    ['FREQ=DAILY;__PROTO__=1', "'__PROTO__' is no part of a rule"],
    ['FREQ=DAILY;;COUNT=1', "'' is not of the form NAME=value"],
    ['FREQ=DAILY;INTERVAL=0', "INTERVAL: '0' is no number from 1 to 2147483647"],
    ['FREQ=DAILY;INTERVAL=1.5', "INTERVAL: '1.5' is no number from 1 to 2147483647"],
    ['FREQ=DAILY;INTERVAL=1e9', "INTERVAL: '1E9' is no number from 1 to 2147483647"],
    ['FREQ=DAILY;COUNT=0', "COUNT: '0' is no number from 1 to 2147483647"],
    ['FREQ=DAILY;COUNT=-1', "COUNT: '-1' is no number from 1 to 2147483647"],
    ['FREQ=DAILY;COUNT=99999999999', /^COUNT: '99999999999' is no number/],
    ['FREQ=DAILY;BYMONTH=13', "BYMONTH: '13' is no number from 1 to 12"],
    ['FREQ=DAILY;BYMONTH=-1', "BYMONTH: '-1' is no number from 1 to 12"],
    ['FREQ=DAILY;BYMONTH=5L', "BYMONTH: '5L' is no number from 1 to 12"],
    ['FREQ=MONTHLY;BYMONTHDAY=0', "BYMONTHDAY: '0' is no number from 1 to 31"],
    ['FREQ=MONTHLY;BYMONTHDAY=-32', "BYMONTHDAY: '32' is no number from 1 to 31"],
    ['FREQ=MONTHLY;BYMONTHDAY=1,', "BYMONTHDAY: '' is no number from 1 to 31"],
    ['FREQ=YEARLY;BYYEARDAY=367', "BYYEARDAY: '367' is no number from 1 to 366"],
    ['FREQ=YEARLY;BYWEEKNO=54', "BYWEEKNO: '54' is no number from 1 to 53"],
    ['FREQ=DAILY;BYHOUR=24', "BYHOUR: '24' is no number from 0 to 23"],
    ['FREQ=DAILY;BYMINUTE=60', "BYMINUTE: '60' is no number from 0 to 59"],
    ['FREQ=DAILY;BYSECOND=61', "BYSECOND: '61' is no number from 0 to 60"],
    ['FREQ=DAILY;BYHOUR=9;BYSETPOS=367', "BYSETPOS: '367' is no number from 1 to 366"],
    ['FREQ=WEEKLY;BYDAY=MON', "BYDAY: 'MON' is none of MO, TU, WE, TH, FR, SA, SU"],
    ['FREQ=MONTHLY;BYDAY=0MO', "BYDAY: '0' is no number from 1 to 53"],
    ['FREQ=MONTHLY;BYDAY=54MO', "BYDAY: '54' is no number from 1 to 53"],
    ['FREQ=MONTHLY;BYDAY=', "BYDAY: '' is none of MO, TU, WE, TH, FR, SA, SU"],
    ['FREQ=WEEKLY;WKST=1', "WKST: '1' is none of MO, TU, WE, TH, FR, SA, SU"],
    ['FREQ=DAILY;UNTIL=20260230', "UNTIL: '20260230' is no date, nor a date with a time"],
    ['FREQ=DAILY;UNTIL=20261301', "UNTIL: '20261301' is no date, nor a date with a time"],
    ['FREQ=DAILY;UNTIL=20260105T240000Z', /^UNTIL: /],
    ['FREQ=DAILY;UNTIL=2026-01-05', /^UNTIL: /],
    ['FREQ=DAILY;UNTIL=20260105Z', /^UNTIL: /],
    ['FREQ=DAILY;BYWEEKNO=1', 'BYWEEKNO is for FREQ=YEARLY alone'],
    ['FREQ=MONTHLY;BYYEARDAY=1', 'BYYEARDAY is not for FREQ=DAILY, WEEKLY or MONTHLY'],
    ['FREQ=WEEKLY;BYMONTHDAY=1', 'BYMONTHDAY is not for FREQ=WEEKLY'],
    ['FREQ=WEEKLY;BYDAY=1MO', /^BYDAY has numbers for /],
    ['FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO', /^BYDAY has numbers for /],
    ['FREQ=WEEKLY;BYSETPOS=1', 'BYSETPOS needs another BY… part to choose from'],
    [`FREQ=DAILY;BYHOUR=${'1,'.repeat(6000)}1`, 'a rule has at most 10000 characters'],
    [`FREQ=DAILY;${'X'.repeat(100)}=1`, /^'X{64}…' is no part of a rule$/],
  ])('of %.60s refuses to', (text, message) => {
    expect(() => readRule(text)).toThrow(BadRule);
    expect(() => readRule(text)).toThrow(message);
  });
});

describe('writing', () => {
  test.each([
    'FREQ=DAILY',
    'FREQ=WEEKLY;COUNT=10;INTERVAL=2;BYDAY=MO,WE;WKST=SU',
    'FREQ=MONTHLY;UNTIL=20260105;BYSETPOS=-1;BYDAY=MO,TU,WE,TH,FR',
    'FREQ=YEARLY;UNTIL=20260105T090000Z;BYMONTH=11;BYDAY=-1SU',
    'FREQ=YEARLY;UNTIL=09991231T235959;BYWEEKNO=-1,53',
    'FREQ=HOURLY;BYYEARDAY=-1,1;BYMONTHDAY=-1,1;BYHOUR=9;BYMINUTE=0,30;BYSECOND=15',
  ])('gives %s back', (text) => {
    expect(writeRule(readRule(text))).toBe(text);
  });

  test('gives text of which the same rule is read, for any rule', () => {
    const random = new Random(7);
    for (let each = 0; each < 500; each += 1) {
      const rule = readRule(each % 2 === 0 ? anyRule(random) : ordinaryRule(random));
      expect(readRule(writeRule(rule))).toEqual(rule);
    }
  });
});

test('text of any kind is read, or refused as a bad rule', () => {
  const random = new Random(11);
  const letters = [...'0123456789,;=-+TZ', 'BYDAY', 'MO', 'FREQ', 'UNTIL', '\n', 'é', '\u0000'];
  for (let each = 0; each < 2000; each += 1) {
    const text = [...anyRule(random)];
    for (let change = random.between(1, 4); change > 0; change -= 1) {
      text.splice(random.between(0, text.length), random.between(0, 3), random.pick(letters));
    }
    try {
      readRule(text.join(''));
    } catch (error) {
      expect(error, text.join('')).toBeInstanceOf(BadRule);
    }
  }
});
