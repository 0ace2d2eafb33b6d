import { expect, test } from 'vitest';
import type { Zone } from '../../../src/calendar/event.ts';
import { MOST_ZONES } from '../../../src/calendar/ical/bounds.ts';
import { calendar, told, zone } from './told.ts';

const HOUR_MS = 3_600_000;

const part = (
  name: string,
  start: string,
  from: string,
  to: string,
  ...more: readonly string[]
) => [
  ...[`BEGIN:${name}`, `DTSTART:${start}`, `TZOFFSETFROM:${from}`, `TZOFFSETTO:${to}`],
  ...[...more, `END:${name}`],
];
const rule = (text: string) => `RRULE:FREQ=YEARLY;${text}`;

const BERLIN = [
  ...part('DAYLIGHT', '16010101T020000', '+0100', '+0200', rule('BYDAY=-1SU;BYMONTH=3')),
  ...part('STANDARD', '16010101T030000', '+0200', '+0100', rule('BYDAY=-1SU;BYMONTH=10')),
];

const SYDNEY = [
  ...part('STANDARD', '20080406T030000', '+1100', '+1000', rule('BYMONTH=4;BYDAY=1SU')),
  ...part('DAYLIGHT', '20081005T020000', '+1000', '+1100', rule('BYMONTH=10;BYDAY=1SU')),
];

/** Two eras of the United States, with an end in UTC, and dates instead of numbered weekdays. */
const CHICAGO = [
  ...part(
    ...(['DAYLIGHT', '19870405T020000', '-0600', '-0500'] as const),
    rule('UNTIL=20060402T080000Z;BYMONTH=4;BYDAY=1SU'),
  ),
  ...part(
    ...(['STANDARD', '19871025T020000', '-0500', '-0600'] as const),
    rule('UNTIL=20061029T070000Z;BYMONTH=10;BYDAY=-1SU'),
  ),
  ...part(
    ...(['DAYLIGHT', '20070311T020000', '-0600', '-0500'] as const),
    rule('BYMONTH=3;BYDAY=SU;BYMONTHDAY=8,9,10,11,12,13,14'),
  ),
  ...part(
    ...(['STANDARD', '20071104T020000', '-0500', '-0600'] as const),
    rule('BYMONTH=11;BYDAY=1SU;BYHOUR=2;BYMINUTE=0'),
  ),
];

/** Ramadan and back: dates alone. */
const CASABLANCA = [
  ...part(
    ...(['STANDARD', '20190505T030000', '+0100', '+0000'] as const),
    'RDATE:20200419T030000,20210411T030000',
    'RDATE:20220327T030000',
  ),
  ...part(
    ...(['DAYLIGHT', '20190609T020000', '+0000', '+0100'] as const),
    'RDATE:20200531T020000,20210516T020000,20220508T020000',
  ),
];

/** The zone of an event that names it. */
function zoneOf(tzid: string, ...lines: readonly string[]) {
  const { events, doubts } = calendar(
    ...lines,
    ...['BEGIN:VEVENT', `DTSTART;TZID=${tzid}:20260702T100000`, 'END:VEVENT'],
  );
  return { zone: events[0]?.start.zone, doubts };
}

const defined = (tzid: string, ...parts: readonly string[]) => [
  ...['BEGIN:VTIMEZONE', `TZID:${tzid}`, ...parts, 'END:VTIMEZONE'],
];

test.for([
  ['Europe/Berlin', BERLIN, 1997, 2045],
  ['Australia/Sydney', SYDNEY, 2009, 2040],
  ['America/Chicago', CHICAGO, 1988, 2030],
  ['Africa/Casablanca', CASABLANCA, 2019, 2022],
] as const)('the clocks of a VTIMEZONE go as those of %s', ([name, lines, first, last]) => {
  const expected = zone(name);
  const { zone: own, doubts } = zoneOf('Customized', ...defined('Customized', ...lines));
  expect(doubts).toEqual([]);
  expect(own?.name).toBe('Customized');
  if (!own) return;
  const [from, to] = [Date.UTC(first, 5), Date.UTC(last, 11, 31)];
  const differ: string[] = [];
  let before = expected.wallOf(from) - from;
  // All days, and all half hours near a change.
  for (let ms = from; ms < to; ms += 24 * HOUR_MS) {
    const offset = expected.wallOf(ms) - ms;
    const near = offset === before ? [ms] : halfHours(ms - 48 * HOUR_MS, ms + 24 * HOUR_MS);
    before = offset;
    for (const each of near)
      if (!agree(own, expected, each)) differ.push(new Date(each).toISOString());
  }
  expect(differ).toEqual([]);
});

const halfHours = (from: number, to: number) =>
  Array.from({ length: (2 * (to - from)) / HOUR_MS }, (_, at) => from + (at * HOUR_MS) / 2);

const agree = (own: Zone, expected: Zone, ms: number) =>
  own.wallOf(ms) === expected.wallOf(ms) && own.instantOf(ms) === expected.instantOf(ms);

test('before its first onset a zone has what it is said to come from, after its last what it came to', () => {
  const lines = part('STANDARD', '20200101T000000', '+0530', '+0545');
  const own = zoneOf('Nepal', ...defined('Nepal', ...lines)).zone;
  expect(own?.wallOf(0)).toBe(5.5 * HOUR_MS);
  expect(own?.wallOf(Date.UTC(1700, 0))).toBe(Date.UTC(1700, 0, 1, 5, 30));
  expect(own?.wallOf(Date.UTC(2400, 0))).toBe(Date.UTC(2400, 0, 1, 5, 45));
  expect(own?.instantOf(Date.UTC(2400, 0, 1, 5, 45))).toBe(Date.UTC(2400, 0));
});

test('of two onsets at the same instant the one to standard time counts', () => {
  const onset = ['16010101T000000', '-0700'] as const;
  const lines = [...part('STANDARD', ...onset, '-0700'), ...part('DAYLIGHT', ...onset, '-0600')];
  expect(zoneOf('Odd', ...defined('Odd', ...lines)).zone?.wallOf(0)).toBe(-7 * HOUR_MS);
});

test.for([
  ['Europe/Berlin', 'Europe/Berlin'],
  ['europe/BERLIN', 'Europe/Berlin'],
  ['"Europe/Berlin"', 'Europe/Berlin'],
  ['W. Europe Standard Time', 'Europe/Berlin'],
  ['/mozilla.org/20050126_1/Europe/Berlin', 'Europe/Berlin'],
  [
    '/freeassociation.sourceforge.net/Tzfile/America/Argentina/Buenos_Aires',
    'America/Buenos_Aires',
  ],
  ['/Europe/Stockholm', 'Europe/Stockholm'],
  ['America/Los Angeles', 'America/Los_Angeles'],
  ['TZID=Europe/Paris', 'Europe/Paris'],
  ['tzone://Microsoft/Utc', 'UTC'],
  ['UTC', 'UTC'],
])('%s is %s', ([tzid = '', name = '']) => {
  const { zone: found, doubts } = zoneOf(tzid);
  expect(doubts).toEqual([]);
  expect(found).toBe(zone(name));
});

test.for([
  ['UTC+2', 2],
  ['GMT-0330', -3.5],
  ['"(GMT +01:00)"', 1],
] as const)('%s is that far from UTC', ([tzid, hours]) => {
  expect(zoneOf(tzid).zone?.wallOf(0)).toBe(hours * HOUR_MS);
});

test('the name of a place wins over rules beside it, which may be older than the law', () => {
  const wrong = part('STANDARD', '19700101T000000', '+0900', '+0900');
  for (const tzid of ['Europe/Berlin', 'W. Europe Standard Time']) {
    expect(zoneOf(tzid, ...defined(tzid, ...wrong)).zone).toBe(zone('Europe/Berlin'));
  }
});

test('where rules beside an invented name say where they are, that place wins', () => {
  const lines = defined('Mine', 'X-LIC-LOCATION:Europe/Vienna', ...BERLIN);
  expect(zoneOf('Mine', ...lines).zone).toBe(zone('Europe/Vienna'));
});

test('rules beside an abbreviation win over what it usually means', () => {
  const lines = defined('EST', ...part('STANDARD', '19700101T000000', '+1000', '+1000'));
  expect(zoneOf('EST', ...lines).zone?.wallOf(0)).toBe(10 * HOUR_MS);
  expect(zoneOf('EST').zone?.wallOf(0)).toBe(-5 * HOUR_MS);
});

test.for([
  ['no part', []],
  ['no offset', part('STANDARD', '19700101T000000', 'soon', '+0100')],
  ['no onset', part('STANDARD', 'never', '+0100', '+0100')],
  [
    'a rule without end within a year',
    part('STANDARD', '19700101T000000', '+0100', '+0200', 'RRULE:FREQ=SECONDLY'),
  ],
  ['a rule that is none', part('STANDARD', '19700101T000000', '+0100', '+0200', 'RRULE:MONDAYS')],
] as const)('rules that can not be read float, with a doubt: %s', ([, lines]) => {
  const { zone: found, doubts } = zoneOf('Mine', ...defined('Mine', ...lines));
  expect(found).toBe(null);
  expect(doubts.map(({ what }) => what)).toEqual(['VTIMEZONE at line 3', 'VCALENDAR at line 1']);
});

test('what nothing explains floats, with a doubt for each name and not for each time', () => {
  const lines = ['BEGIN:VEVENT', 'DTSTART;TZID=Nowhere:20260302T100000', 'END:VEVENT'];
  const { events, doubts } = calendar(...lines, ...lines);
  expect(events.map(({ start }) => start.zone)).toEqual([null, null]);
  expect(doubts).toHaveLength(1);
});

test("a calendar's own zone is where its floating times are, but not its days", () => {
  const read = calendar(
    'X-WR-TIMEZONE:Asia/Tokyo',
    ...['BEGIN:VEVENT', 'DTSTART:20260302T100000', 'DURATION:PT1H', 'END:VEVENT'],
    ...['BEGIN:VEVENT', 'DTSTART;VALUE=DATE:20260303', 'END:VEVENT'],
  );
  expect(told(read, ['2026-03-01', '2026-03-10'], zone('Europe/Berlin'))).toEqual([
    '2026-03-02T01:00/02:00 busy',
    '2026-03-02T23:00/2026-03-03T23:00 busy all day',
  ]);
});

test('each calendar of a text has its own zones', () => {
  const one = (offset: string) => [
    ...defined('Mine', ...part('STANDARD', '19700101T000000', offset, offset)),
    ...['BEGIN:VEVENT', 'DTSTART;TZID=Mine:20260302T100000', 'END:VEVENT'],
  ];
  const both = [...one('+0100'), 'END:VCALENDAR', 'BEGIN:VCALENDAR', ...one('+0200')];
  expect(told(calendar(...both), ['2026-03-01', '2026-03-10'])).toEqual([
    '2026-03-02T08:00/08:00 busy',
    '2026-03-02T09:00/09:00 busy',
  ]);
});

test('zones beyond the bound float', () => {
  const lines = Array.from({ length: MOST_ZONES + 1 }, (_, at) => [
    ...defined(`Zone ${at}`, ...part('STANDARD', '19700101T000000', '+0100', '+0100')),
    ...['BEGIN:VEVENT', `DTSTART;TZID=Zone ${at}:20260302T100000`, 'END:VEVENT'],
  ]);
  const zones = calendar(...lines.flat()).events.map(({ start }) => start.zone?.name);
  expect(zones.slice(-2)).toEqual([`Zone ${MOST_ZONES - 1}`, undefined]);
});
