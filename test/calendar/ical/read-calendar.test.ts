import { expect, test } from 'vitest';
import { BadCalendar } from '../../../src/calendar/ical/errors.ts';
import { readCalendar } from '../../../src/calendar/ical/read-calendar.ts';
import { ADELE, calendar, event, told, zone } from './told.ts';

const MARCH = ['2026-03-01', '2026-04-01'] as const;
const BERLIN = zone('Europe/Berlin');

/** The lines of a series of five days at 10:00 in UTC, and more. */
const daily = (...more: readonly string[]) =>
  event('DTSTART:20260302T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=5', ...more);

/** An event in the middle of others that are sound. */
const besides = (...lines: readonly string[]) =>
  calendar(
    ...['BEGIN:VEVENT', 'UID:before', 'DTSTART:20260301T080000Z', 'DURATION:PT1H', 'END:VEVENT'],
    ...lines,
    ...['BEGIN:VEVENT', 'UID:after', 'DTSTART:20260301T120000Z', 'DURATION:PT1H', 'END:VEVENT'],
  );

test.for([
  ['nothing', ''],
  ['a web page', '<!doctype html><title>Sign in</title>'],
  ['an address book', 'BEGIN:VCARD\nVERSION:4.0\nFN:Adele Vance\nEND:VCARD'],
  ['an event outside a calendar', 'BEGIN:VEVENT\nDTSTART:20260301T080000Z\nEND:VEVENT'],
  ['a calendar that was cut off', 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nEND:VEV'],
  ['a calendar within another', 'BEGIN:VCALENDAR\nBEGIN:VCALENDAR\nEND:VCALENDAR'],
])('is no calendar: %s', ([, text = '']) => {
  expect(() => readCalendar(text, ADELE)).toThrow(BadCalendar);
});

test('the reason for refusing a text has nothing of the text in it', () => {
  const secret = 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:secret\nBEGIN:SECRET';
  expect(() => readCalendar(secret, ADELE)).toThrow(/^not a readable calendar: [a-z ]+$/);
});

test('an empty calendar has no events', () => {
  expect(calendar()).toEqual({ events: [], skipped: [], doubts: [] });
});

test.for([
  ['has no DTSTART', 'SUMMARY:secret'],
  ['its DTSTART is no date or time', 'DTSTART:secret'],
  ['its DTSTART is no date or time', 'DTSTART:20260230T080000Z'],
  ['its DTSTART is no date or time', 'DTSTART:20260301T250000Z'],
  ['its DTSTART is malformed', 'DTSTART;="secret":20260301T080000'],
  ['its DTEND is no date or time', 'DTSTART:20260301T080000Z\nDTEND:secret'],
  ['its duration is none', 'DTSTART:20260301T080000Z\nDURATION:P1M'],
  ['its duration is negative', 'DTSTART:20260301T080000Z\nDURATION:-PT1H'],
  ['its duration is too long', 'DTSTART:20260301T080000Z\nDURATION:P999999999W'],
])('an event is left out with a reason, and the others are read: %s', ([why = '', lines = '']) => {
  const { events, skipped } = besides('BEGIN:VEVENT', ...lines.split('\n'), 'END:VEVENT');
  expect(events.map(({ id }) => id)).toEqual(['before', 'after']);
  expect(skipped).toEqual([{ what: 'VEVENT at line 8', why }]);
});

test('a part without an end is left out, and what follows it is read', () => {
  const { events, skipped } = besides('BEGIN:VEVENT', 'DTSTART:20260301T090000Z', 'BEGIN:VALARM');
  expect(events.map(({ id }) => id)).toEqual(['before', 'after']);
  expect(skipped).toEqual([{ what: 'VEVENT at line 8', why: 'has no end' }]);
});

test('tasks, notes, alarms and what nobody knows are passed over', () => {
  const inside = ['DTSTART:20260301T090000Z', 'DURATION:PT1H', 'SUMMARY:no event'];
  const within = (name: string) => [`BEGIN:${name}`, ...inside, `END:${name}`];
  const read = besides(
    ...[...within('VTODO'), ...within('VJOURNAL'), ...within('VALARM'), ...within('X-MINE')],
    ...['END:VEVENT', 'no line at all', ':', ';:;', 'BEGIN:', 'END:'],
  );
  expect(read.events.map(({ id }) => id)).toEqual(['before', 'after']);
  expect(read.skipped).toEqual([]);
});

test.for([
  ['a time without an end has no length', 'DTSTART:20260302T100000Z', '10:00/10:00'],
  [
    'a time that ends first has none',
    'DTSTART:20260302T100000Z\nDTEND:20260302T090000Z',
    '10:00/10:00',
  ],
  ['a week', 'DTSTART:20260302T100000Z\nDURATION:P1W', '10:00/2026-03-09T10:00'],
  ['days and hours', 'DTSTART:20260302T100000Z\nDURATION:P1DT2H3M4S', '10:00/2026-03-03T12:03'],
  ['no seconds', 'DTSTART:20260302T1000Z\nDTEND:20260302T1130Z', '10:00/11:30'],
  [
    'an end in another zone',
    'DTSTART:20260302T100000Z\nDTEND;TZID=Europe/Berlin:20260302T120000',
    '10:00/11:00',
  ],
  [
    'an end without a zone',
    'DTSTART;TZID=Europe/Berlin:20260302T110000\nDTEND:20260302T120000',
    '10:00/11:00',
  ],
  ['a leap second', 'DTSTART:20260302T100060Z\nDURATION:PT1M', '10:00/10:01'],
])('%s', ([, lines = '', expected = '']) => {
  const [line] = told(event(...lines.split('\n')), MARCH);
  expect(line).toBe(`2026-03-02T${expected} busy`);
});

test.for([
  ['a date is a day', 'DTSTART;VALUE=DATE:20260302', 1],
  [
    'the end is the day after the last',
    'DTSTART;VALUE=DATE:20260302\nDTEND;VALUE=DATE:20260305',
    3,
  ],
  ['an end on the same day', 'DTSTART;VALUE=DATE:20260302\nDTEND;VALUE=DATE:20260302', 1],
  ['an end before', 'DTSTART;VALUE=DATE:20260302\nDTEND;VALUE=DATE:20260228', 1],
  ['without VALUE', 'DTSTART:20260302\nDURATION:P2D', 2],
  ['midnight called a date', 'DTSTART;VALUE=DATE:20260302T000000', 1],
  ['an end at midnight', 'DTSTART;VALUE=DATE:20260302\nDTEND:20260304T000000', 2],
  ['an end within a day', 'DTSTART;VALUE=DATE:20260302\nDTEND:20260303T100000', 2],
  ['hours', 'DTSTART;VALUE=DATE:20260302\nDURATION:PT36H', 2],
  [
    'marked, in a zone',
    'DTSTART;TZID=Asia/Tokyo:20260302T000000\nDURATION:P1D\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE',
    1,
  ],
  [
    'marked, in UTC, from the east',
    'DTSTART:20260301T150000Z\nDTEND:20260302T150000Z\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE',
    1,
  ],
  [
    'marked, in UTC, from the west',
    'DTSTART:20260302T080000Z\nDTEND:20260309T070000Z\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE',
    7,
  ],
] as const)('whole days: %s', ([, lines, days]) => {
  const [only] = event(...lines.split('\n')).events;
  expect(only).toMatchObject({
    start: { wall: Date.UTC(2026, 2, 2), zone: null },
    length: { days, ms: 0 },
    isAllDay: true,
  });
});

test.for([
  ['in UTC', 'DTSTART:20260302T090000Z\nDURATION:PT30H', '09:00/2026-03-03T15:00'],
  [
    'in a zone',
    'DTSTART;TZID=Europe/Berlin:20260302T090000\nDURATION:P1D',
    '08:00/2026-03-03T08:00',
  ],
])(
  'what is marked as all day but is no whole days keeps its times: %s',
  ([, lines = '', expected]) => {
    const marked = event(...lines.split('\n'), 'X-MICROSOFT-CDO-ALLDAYEVENT:TRUE');
    expect(told(marked, MARCH)).toEqual([`2026-03-02T${expected} busy`]);
  },
);

test.for([
  ['the day', '20260304'],
  ['the last second of the day', '20260304T235959Z'],
  ['midnight in Berlin', '20260303T230000Z'],
  ['midnight in New York', '20260304T050000Z'],
  ['midnight in Tokyo', '20260303T150000Z'],
])('a series of days ends with the day that an UNTIL in UTC means: %s', ([, until = '']) => {
  const days = event('DTSTART;VALUE=DATE:20260302', `RRULE:FREQ=DAILY;UNTIL=${until}`);
  for (const home of [BERLIN, zone('Asia/Tokyo'), zone('America/Los_Angeles')]) {
    expect(told(days, MARCH, home), home.name).toHaveLength(3);
  }
});

test.for([
  ['a time', 'EXDATE:20260303T100000Z,20260305T100000Z'],
  [
    'the same instants in another zone',
    'EXDATE;TZID=Europe/Berlin:20260303T110000,20260305T110000',
  ],
  ['several lines, one without a zone', 'EXDATE:20260303T100000Z\nEXDATE:20260305T100000'],
  ['days', 'EXDATE;VALUE=DATE:20260303,20260305'],
  ['an empty one besides', 'EXDATE:\nEXDATE:20260303T100000Z,20260305T100000Z'],
])('removed instances: %s', ([, lines = '']) => {
  const read = daily(...lines.split('\n'));
  expect(read.doubts).toEqual([]);
  expect(told(read, MARCH)).toEqual([
    '2026-03-02T10:00/11:00 busy',
    '2026-03-04T10:00/11:00 busy',
    '2026-03-06T10:00/11:00 busy',
  ]);
});

test.for([
  ['the day', 'EXDATE;VALUE=DATE:20260303'],
  ['its midnight', 'EXDATE:20260303T000000'],
  ['its midnight in UTC', 'EXDATE:20260303T000000Z'],
  ['its midnight in New York, in UTC', 'EXDATE:20260303T050000Z'],
  ['its midnight in Tokyo, in UTC', 'EXDATE:20260302T150000Z'],
  ['its midnight in Berlin', 'EXDATE;TZID=Europe/Berlin:20260303T000000'],
])('a day is removed from a series of days by %s', ([, line = '']) => {
  const days = event('DTSTART;VALUE=DATE:20260302', 'RRULE:FREQ=DAILY;COUNT=3', line);
  expect(told(days, MARCH).map((each) => each.slice(0, 10))).toEqual(['2026-03-02', '2026-03-04']);
});

test('added instances: times, periods with an end or a length, dates at the time of the day', () => {
  const read = event(
    ...['DTSTART:20260302T100000Z', 'DURATION:PT1H', 'RDATE:20260303T120000Z'],
    ...['RDATE;VALUE=PERIOD:20260304T120000Z/20260304T123000Z,20260305T120000Z/PT10M'],
    ...['RDATE;VALUE=DATE:20260306'],
  );
  expect(told(read, MARCH)).toEqual([
    '2026-03-02T10:00/11:00 busy',
    '2026-03-03T12:00/13:00 busy',
    '2026-03-04T12:00/12:30 busy',
    '2026-03-05T12:00/12:10 busy',
    '2026-03-06T10:00/11:00 busy',
  ]);
});

test('of two rules both count; a rule or a date that can not be read is left out with a doubt', () => {
  const read = event(
    ...['DTSTART:20260302T100000Z', 'DURATION:PT1H'],
    ...['RRULE:FREQ=WEEKLY;COUNT=2', 'RRULE:FREQ=DAILY;COUNT=2', 'RRULE:FREQ=SOMETIMES'],
    ...['RDATE:never', 'EXRULE:FREQ=WEEKLY'],
  );
  expect(told(read, MARCH).map((line) => line.slice(8, 10))).toEqual(['02', '03', '09']);
  expect(read.doubts.map(({ why }) => why)).toEqual([
    'has a rule that can not be read; it counts without it',
    'has an EXRULE, which is left out',
    'its RDATE is no date or time',
  ]);
});

const moved = (from: string, ...lines: readonly string[]) => [
  ...['END:VEVENT', 'BEGIN:VEVENT', 'UID:event', from, ...lines],
];

test.for([
  ['by its instant', 'RECURRENCE-ID:20260303T100000Z'],
  ['in another zone', 'RECURRENCE-ID;TZID=Europe/Berlin:20260303T110000'],
  ['by its day', 'RECURRENCE-ID;VALUE=DATE:20260303'],
])('an instance is moved, named %s', ([, from = '']) => {
  const read = daily(...moved(from, 'DTSTART:20260303T150000Z', 'DURATION:PT30M'));
  expect(told(read, MARCH)).toContain('2026-03-03T15:00/15:30 busy');
  expect(told(read, MARCH)).toHaveLength(5);
});

test('an instance that is called off needs no times', () => {
  const read = daily(...moved('RECURRENCE-ID:20260303T100000Z', 'STATUS:CANCELLED'));
  expect(told(read, MARCH)[1]).toBe('2026-03-03T10:00/10:00 busy cancelled');
});

test('of versions the newest counts: by sequence, then by its change, then by its place', () => {
  const versions = [
    ['DTSTART:20260303T100000Z', 'SEQUENCE:1'],
    ['DTSTART:20260304T100000Z', 'SEQUENCE:2', 'LAST-MODIFIED:20260102T000000Z'],
    ['DTSTART:20260305T100000Z', 'SEQUENCE:2', 'LAST-MODIFIED:20260101T000000Z'],
    ['DTSTART:20260306T100000Z'],
  ].flatMap((lines) => ['BEGIN:VEVENT', 'UID:one', ...lines, 'END:VEVENT']);
  expect(told(calendar(...versions), MARCH)).toEqual(['2026-03-04T10:00/10:00 busy']);
  const instances = [
    moved('RECURRENCE-ID:20260303T100000Z', 'DTSTART:20260303T150000Z', 'SEQUENCE:3'),
    moved('RECURRENCE-ID:20260303T100000Z', 'DTSTART:20260303T160000Z', 'SEQUENCE:2'),
  ];
  expect(told(daily(...instances.flat()), MARCH)[1]).toBe('2026-03-03T15:00/15:00 busy');
});

test('an instance that versions name in different ways is one instance', () => {
  const read = daily(
    ...moved('RECURRENCE-ID:20260303T100000Z', 'DTSTART:20260303T150000Z', 'SEQUENCE:3'),
    ...moved('RECURRENCE-ID;VALUE=DATE:20260303', 'DTSTART:20260303T160000Z', 'SEQUENCE:2'),
    ...moved('RECURRENCE-ID;TZID=Europe/Berlin:20260303T110000', 'DTSTART:20260303T170000Z'),
  );
  expect(read.events[0]?.recurrence?.moved).toHaveLength(1);
  expect(told(read, MARCH)[1]).toBe('2026-03-03T15:00/15:00 busy');
});

test('events that share a UID by mistake, and those without one, count each by itself', () => {
  const same = (uid: string, at: string) => ['BEGIN:VEVENT', uid, `DTSTART:${at}`, 'END:VEVENT'];
  const read = calendar(
    ...same('UID:0', '20260302T100000Z'),
    ...same('UID:0', '20260303T100000Z'),
    ...same('SUMMARY:none', '20260304T100000Z'),
    ...same('SUMMARY:none', '20260305T100000Z'),
  );
  expect(told(read, MARCH)).toHaveLength(4);
  expect(new Set(read.events.map(({ id }) => id)).size).toBe(4);
});

test('one instance and all later ones: the series goes on otherwise, or ends', () => {
  const from = 'RECURRENCE-ID;RANGE=THISANDFUTURE:20260304T100000Z';
  const series = (...lines: readonly string[]) =>
    event(
      ...['DTSTART:20260302T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;UNTIL=20260306T100000Z'],
      ...['EXDATE:20260305T100000Z', ...moved(from, ...lines)],
    );
  const later = series('DTSTART:20260304T120000Z', 'DURATION:PT2H', 'TRANSP:TRANSPARENT');
  expect(told(later, MARCH)).toEqual([
    '2026-03-02T10:00/11:00 busy',
    '2026-03-03T10:00/11:00 busy',
    '2026-03-04T12:00/14:00 free',
  ]);
  expect(told(series('DTSTART:20260304T090000Z', 'DURATION:PT1H'), MARCH)).toEqual([
    '2026-03-02T10:00/11:00 busy',
    '2026-03-03T10:00/11:00 busy',
    '2026-03-04T09:00/10:00 busy',
    '2026-03-06T09:00/10:00 busy',
  ]);
  expect(told(series('STATUS:CANCELLED'), MARCH)).toHaveLength(2);
});

test('one instance and all later ones, where the rule counts: only that one is moved, with a doubt', () => {
  const read = daily(
    ...moved('RECURRENCE-ID;RANGE=THISANDFUTURE:20260304T100000Z', 'DTSTART:20260304T120000Z'),
  );
  expect(told(read, MARCH)).toHaveLength(5);
  expect(read.doubts.map(({ why }) => why)).toEqual([
    'is about all later instances too, which stay as they are',
  ]);
});

test('Notes writes a series as one instance and all later ones, with the dates of all of them', () => {
  const read = event(
    ...['RECURRENCE-ID;RANGE=THISANDFUTURE:20260302T100000Z', 'DTSTART:20260302T100000Z'],
    ...['DURATION:PT1H', 'RDATE;VALUE=PERIOD:20260302T100000Z/PT1H,20260309T100000Z/PT1H'],
  );
  expect(told(read, MARCH)).toEqual(['2026-03-02T10:00/11:00 busy', '2026-03-09T10:00/11:00 busy']);
});

test.for([
  ['busy', ''],
  ['busy', 'TRANSP:OPAQUE'],
  ['free', 'TRANSP:TRANSPARENT'],
  ['free', 'transp:transparent '],
  ['tentative', 'STATUS:TENTATIVE'],
  ['free', 'STATUS:TENTATIVE\nTRANSP:TRANSPARENT'],
  ['busy cancelled', 'STATUS:CANCELLED'],
  ['oof', 'X-MICROSOFT-CDO-BUSYSTATUS:OOF'],
  ['workingElsewhere', 'X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE\nTRANSP:TRANSPARENT'],
  ['free', 'X-MICROSOFT-CDO-BUSYSTATUS:FREE\nTRANSP:OPAQUE'],
  ['tentative', 'X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE\nX-MICROSOFT-CDO-INTENDEDSTATUS:BUSY'],
  ['oof', 'X-MICROSOFT-CDO-INTENDEDSTATUS:OOF'],
  ['busy', 'X-MICROSOFT-CDO-BUSYSTATUS:BUSY\nSTATUS:TENTATIVE'],
  ['free', 'X-MICROSOFT-CDO-BUSYSTATUS:SOMEHOW\nTRANSP:TRANSPARENT'],
  ['busy focus', 'CATEGORIES:Blue,focus TIME'],
  ['busy', 'CATEGORIES:Focus group\nSUMMARY:Focus time'],
  ['busy', 'CLASS:PRIVATE'],
  ['busy accepted', 'ATTENDEE;PARTSTAT=ACCEPTED:mailto:adele.vance@contoso.com'],
  ['busy accepted', 'ATTENDEE;PARTSTAT=accepted:MAILTO:Adele.Vance@CONTOSO.com'],
  ['busy accepted', 'ATTENDEE;PARTSTAT=ACCEPTED:adele@contoso.example'],
  ['busy accepted', 'ATTENDEE;EMAIL=adele.vance@contoso.com;PARTSTAT=ACCEPTED:urn:uuid:1'],
  ['busy declined', 'ATTENDEE;PARTSTAT=DECLINED:mailto:adele.vance@contoso.com'],
  ['busy declined', 'ATTENDEE;PARTSTAT=DELEGATED:mailto:adele.vance@contoso.com'],
  ['tentative tentativelyAccepted', 'ATTENDEE;PARTSTAT=TENTATIVE:mailto:adele.vance@contoso.com'],
  ['tentative notResponded', 'ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:adele.vance@contoso.com'],
  ['tentative notResponded', 'ATTENDEE:mailto:adele.vance@contoso.com'],
  ['busy notResponded', 'ATTENDEE:mailto:adele.vance@contoso.com\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY'],
  ['busy', 'ATTENDEE;PARTSTAT=DECLINED:mailto:not.adele.vance@contoso.com.example'],
  ['busy', 'ATTENDEE;CN="adele.vance@contoso.com";PARTSTAT=DECLINED:mailto:lee@contoso.com'],
  ['busy organizer', 'ORGANIZER:mailto:adele.vance@contoso.com'],
  [
    'busy declined',
    'ORGANIZER:mailto:adele.vance@contoso.com\nATTENDEE;PARTSTAT=DECLINED:mailto:adele.vance@contoso.com',
  ],
])('shows as %s: %s', ([expected = '', lines = '']) => {
  const read = event('DTSTART:20260302T100000Z', 'DURATION:PT1H', ...lines.split('\n'));
  expect(told(read, MARCH)).toEqual([`2026-03-02T10:00/11:00 ${expected}`]);
});

test('a calendar that calls off calls off all its events; messages about events are no events', () => {
  const lines = ['BEGIN:VEVENT', 'DTSTART:20260302T100000Z', 'END:VEVENT'];
  const cancelled = calendar('METHOD:CANCEL', ...lines);
  expect(told(cancelled, MARCH)).toEqual(['2026-03-02T10:00/10:00 busy cancelled']);
  const reply = calendar('METHOD:REPLY', ...lines);
  expect(reply.events).toEqual([]);
  expect(reply.skipped[0]?.why).toBe('is no event but a message about one (REPLY)');
});

test('a series that is called off later takes its instances along', () => {
  const series = ['UID:a', 'DTSTART:20260302T100000Z', 'RRULE:FREQ=DAILY;COUNT=3'];
  const instance = ['UID:a', 'RECURRENCE-ID:20260303T100000Z', 'DTSTART:20260303T110000Z'];
  const read = calendar(
    ...['BEGIN:VEVENT', ...series, 'END:VEVENT', 'BEGIN:VEVENT', ...instance, 'END:VEVENT'],
    ...['BEGIN:VEVENT', ...series, 'SEQUENCE:1', 'STATUS:CANCELLED', 'END:VEVENT'],
  );
  expect(told(read, MARCH).filter((line) => !line.endsWith('cancelled'))).toEqual([]);
});

test('an id is Unicode, which a store takes', () => {
  const [odd] = calendar('BEGIN:VEVENT', 'UID:\ud83d', 'DTSTART:20260302', 'END:VEVENT').events;
  expect(odd?.id).toBe('\ufffd');
});

test('a floating time is meant where its owner is', () => {
  const read = event('DTSTART:20260302T100000', 'DURATION:PT1H');
  expect(told(read, MARCH, BERLIN)).toEqual(['2026-03-02T09:00/10:00 busy']);
});
