import { expect, test } from 'vitest';
import { readCalendar } from '../../../src/calendar/ical/read-calendar.ts';
import { ADELE, feed, told, zone } from './told.ts';

const read = (name: string) => readCalendar(feed(name), ADELE);
const BERLIN = zone('Europe/Berlin');
const NEW_YORK = zone('America/New_York');

test("Google's feed: a series with a moved, a declined and a deleted instance, across the daylight change", () => {
  const google = read('google');
  expect(google.skipped).toEqual([]);
  expect(google.doubts).toEqual([]);
  const standUps = google.events.filter(({ id }) => id.startsWith('5kfqt0'));
  expect(told({ events: standUps }, ['2026-03-22', '2026-04-10'], BERLIN)).toEqual([
    '2026-03-23T08:30/08:45 busy accepted',
    '2026-03-30T09:00/09:30 busy accepted',
    '2026-04-02T07:30/07:45 busy declined',
    '2026-04-06T07:30/07:45 busy accepted',
    '2026-04-09T07:30/07:45 busy accepted',
  ]);
});

test("Google's feed: what is declined, unanswered, called off, all-day, focus time, out of office, a place", () => {
  const others = read('google').events.filter(({ id }) => !id.startsWith('5kfqt0'));
  expect(told({ events: others }, ['2026-03-22', '2026-04-04'], BERLIN)).toEqual([
    '2026-03-22T23:00/2026-03-23T23:00 free all day',
    '2026-03-24T13:00/14:00 busy organizer',
    '2026-03-25T09:00/10:00 busy declined',
    '2026-03-25T13:00/14:00 tentative notResponded',
    '2026-03-26T14:00/15:00 busy cancelled',
    '2026-03-26T23:00/2026-03-27T23:00 free all day',
    '2026-03-29T22:00/2026-03-30T22:00 free all day',
    '2026-03-31T07:00/09:00 busy focus',
    '2026-04-02T22:00/2026-04-03T22:00 oof',
  ]);
});

test("Google's feed without details has instances of series and no series", () => {
  const { events, skipped, doubts } = read('google-free-busy');
  expect([...skipped, ...doubts]).toEqual([]);
  expect(told({ events }, ['2026-03-20', '2026-04-10'], BERLIN)).toEqual([
    '2026-03-24T08:00/08:30 busy',
    '2026-03-25T23:00/2026-03-26T23:00 busy all day',
    '2026-03-31T09:30/10:00 busy',
  ]);
  expect(new Set(events.map(({ id }) => id)).size).toBe(3);
});

test("Outlook's published calendar: a series with exceptions, and all that its busy status can say", () => {
  const outlook = read('outlook-published');
  expect(outlook.skipped).toEqual([]);
  expect(outlook.doubts).toEqual([]);
  expect(told(outlook, ['2026-03-02', '2026-03-22'], NEW_YORK)).toEqual([
    '2026-03-03T15:00/16:00 busy',
    '2026-03-04T18:00/20:00 busy focus',
    '2026-03-05T12:30/13:00 busy',
    '2026-03-06T05:00/2026-03-07T05:00 workingElsewhere all day',
    '2026-03-06T14:00/14:30 free cancelled',
    '2026-03-07T05:00/2026-03-09T04:00 busy all day',
    '2026-03-11T18:30/19:30 tentative',
    '2026-03-12T04:00/2026-03-13T04:00 workingElsewhere all day',
    '2026-03-16T04:00/2026-03-18T04:00 oof all day',
    '2026-03-17T14:00/15:00 busy',
    '2026-03-19T14:00/15:00 busy',
    '2026-03-20T04:00/2026-03-21T04:00 free all day',
    '2026-03-20T04:00/2026-03-21T04:00 workingElsewhere all day',
  ]);
});

test("Outlook's published calendar: the last occurrence of whole days ends at a midnight of the writer's", () => {
  const fromHome = read('outlook-published').events.filter(({ id }) => id === 'outlook-from-home');
  // UNTIL is midnight of 27 March in New York, whatever the zone of who reads it.
  for (const home of [NEW_YORK, zone('Asia/Tokyo'), zone('America/Los_Angeles')]) {
    const days = told({ events: fromHome }, ['2026-03-22', '2026-05-01'], home);
    expect(days.length, home.name).toBe(1);
  }
});

test("Outlook's published calendar: a customized zone goes by its own rules", () => {
  const calls = read('outlook-published').events.filter(({ id }) => id === 'outlook-custom-zone');
  expect(told({ events: calls }, ['2026-03-26', '2026-04-10'], NEW_YORK)).toEqual([
    '2026-03-27T08:00/08:30 busy',
    '2026-03-28T08:00/08:30 busy',
    '2026-03-29T07:00/07:30 busy',
    '2026-03-30T07:00/07:30 busy',
  ]);
});

test("Apple's calendar: a counted series with a detached instance, floating lunch, addresses in parameters", () => {
  const icloud = read('icloud');
  expect(icloud.skipped).toEqual([]);
  expect(icloud.doubts).toEqual([]);
  expect(told(icloud, ['2026-02-01', '2026-06-30'], NEW_YORK)).toEqual([
    '2026-02-03T23:30/2026-02-04T01:00 busy',
    '2026-03-04T17:30/18:30 busy',
    '2026-03-05T17:00/18:00 busy',
    '2026-03-05T23:00/2026-03-06T00:00 tentative tentativelyAccepted',
    '2026-03-06T05:00/2026-03-07T05:00 free all day',
    '2026-04-07T22:30/2026-04-08T00:00 busy',
    '2026-05-05T22:30/2026-05-06T00:00 busy',
  ]);
});

test("Nextcloud's calendar: nominal days across the daylight change, an added period, no tasks or notes", () => {
  const nextcloud = read('nextcloud');
  expect(nextcloud.skipped).toEqual([]);
  expect(nextcloud.doubts).toEqual([]);
  expect(told(nextcloud, ['2026-10-19', '2026-11-20'], BERLIN)).toEqual([
    '2026-10-20T08:00/09:00 tentative',
    '2026-10-21T08:00/09:00 busy focus',
    '2026-10-22T20:00/2026-10-23T22:00 busy',
    // A day and two hours from 22:00 on the day before the clocks go back: the day is one of 25 hours.
    '2026-10-24T20:00/2026-10-25T23:00 busy',
    '2026-10-26T21:00/2026-10-27T23:00 busy',
    '2026-10-28T21:00/2026-10-29T23:00 busy',
    '2026-11-01T08:00/08:30 busy',
    '2026-11-04T09:00/10:00 busy focus',
  ]);
});

test('a feed of free and busy periods: what is not known counts as busy, midnights are whole days', () => {
  const { events, skipped, doubts } = read('free-busy');
  expect([...skipped, ...doubts]).toEqual([]);
  expect(told({ events }, ['2026-03-01', '2026-03-10'], BERLIN)).toEqual([
    '2026-03-02T09:00/10:00 busy',
    '2026-03-02T10:30/11:30 busy',
    '2026-03-03T09:00/10:00 tentative',
    '2026-03-03T10:00/12:00 free',
    '2026-03-03T23:00/2026-03-05T23:00 oof all day',
    '2026-03-06T06:00/08:00 busy',
    '2026-03-06T10:00/11:00 busy',
  ]);
});

test('names in any case, a calendar after a calendar, and a later word that calls an event off', () => {
  const bare = read('bare');
  expect(bare.skipped).toEqual([]);
  expect(told(bare, ['2026-03-01', '2026-03-10'])).toEqual(['2026-03-02T12:00/12:00 busy']);
});

test.for(['google', 'outlook-published', 'icloud', 'nextcloud', 'free-busy'])(
  'line ends, a byte-order mark and folding change nothing: %s',
  (name) => {
    const lines = feed(name).replaceAll('\r\n', '\n');
    const window = ['2026-01-01', '2027-01-01'] as const;
    const expected = told(readCalendar(lines, ADELE), window, BERLIN);
    expect(expected.length).toBeGreaterThan(5);
    const unfolded = lines.replaceAll('\n ', '');
    const folded = unfolded.replaceAll(/[^\n]{40}(?=[^\n])/g, '$&\r\n\t');
    const mixed = lines.split('\n').map((line, at) => line + ['\r\n', '\n', '\r'][at % 3]);
    const spoken = [
      lines.replaceAll('\n', '\r'),
      mixed.join(''),
      unfolded,
      folded,
      `\ufeff${lines}`,
    ];
    for (const text of spoken) {
      expect(told(readCalendar(text, ADELE), window, BERLIN)).toEqual(expected);
    }
  },
);
