import { expect, test } from 'vitest';
import * as bounds from '../../../src/calendar/ical/bounds.ts';
import { readCalendar } from '../../../src/calendar/ical/read-calendar.ts';
import { heapInUse } from './heap.ts';
import { ADELE, calendar } from './told.ts';
import { takesAtMost } from './took.ts';

const EVENT = 'BEGIN:VEVENT\nDTSTART:20260302T100000Z\nEND:VEVENT\n';
const around = (text: string) => `BEGIN:VCALENDAR\n${text}END:VCALENDAR\n`;
const times = <Line>(count: number, line: Line) => Array<Line>(count).fill(line);

test('ten thousand events are read, one more is refused', () => {
  const { events } = readCalendar(around(EVENT.repeat(bounds.MOST_EVENTS)), ADELE);
  expect(events).toHaveLength(bounds.MOST_EVENTS);
  const more = around(EVENT.repeat(bounds.MOST_EVENTS + 1));
  expect(() => readCalendar(more, ADELE)).toThrow('more than 10000 events');
});

test('periods of VFREEBUSY are counted over all components', () => {
  const line = `FREEBUSY:${times(1000, '20260302T100000Z/PT1H').join(',')}`;
  const components = times(11, ['BEGIN:VFREEBUSY', line, 'END:VFREEBUSY']).flat();
  expect(calendar(...components.slice(3)).events).toHaveLength(10_000);
  expect(() => calendar(...components)).toThrow('more than 10000 periods');
  const lines = times(11, line);
  expect(() => calendar('BEGIN:VFREEBUSY', ...lines, 'END:VFREEBUSY')).toThrow('more than 10000');
});

test('a longer text is refused before it is looked at', () => {
  const text = around(EVENT) + ' '.repeat(bounds.LONGEST_TEXT);
  const refuse = () => expect(() => readCalendar(text, ADELE)).toThrow(/longer than/);
  expect(takesAtMost(20, refuse)).toBe(true);
});

test('components within components are refused from some depth on', () => {
  const nested = 'BEGIN:X\n'.repeat(bounds.DEEPEST);
  expect(() => readCalendar(`BEGIN:VCALENDAR\n${nested}`, ADELE)).toThrow('nested deeper than 10');
});

test.for([
  [
    'a start of many folds',
    ['DTSTART:2026', ...times(2000, ` ${'0'.repeat(40)}`)],
    'DTSTART is too long',
  ],
  ['a long UID', [`UID:${'x'.repeat(bounds.LONGEST_LINE)}`], undefined],
  [
    'a long start',
    [`DTSTART;X="${'x'.repeat(bounds.LONGEST_LINE)}":20260302`],
    'DTSTART is too long',
  ],
  [
    'parameters',
    [`DTSTART${';A=1'.repeat(1025)}:20260302`],
    'parameters of its DTSTART are too long',
  ],
  ['lines', times(bounds.MOST_LINES, 'CATEGORIES:x'), 'more than 5000 lines'],
  ['EXDATEs', times(bounds.MOST_DATES + 1, 'EXDATE:20260302T100000Z'), 'more than 4000 EXDATEs'],
  ['RDATEs', times(bounds.MOST_DATES + 1, 'RDATE:20260302T100000Z'), 'more than 4000 RDATEs'],
  ['rules', times(bounds.MOST_RULES + 1, 'RRULE:FREQ=DAILY'), 'more than 4 rules'],
] as const)('too much of one event leaves out that event alone: %s', ([, lines, why]) => {
  const { events, skipped } = calendar(
    ...['BEGIN:VEVENT', ...lines, 'DTSTART:20260302T100000Z', 'END:VEVENT'],
    ...['BEGIN:VEVENT', 'UID:other', 'DTSTART:20260302T100000Z', 'END:VEVENT'],
  );
  expect(events.at(-1)?.id).toBe('other');
  expect(events).toHaveLength(why === undefined ? 2 : 1);
  if (why !== undefined) expect(skipped[0]?.why).toContain(why);
});

test('an event may last for decades, an occurrence of a series for a year', () => {
  const lasting = (...lines: readonly string[]) =>
    calendar('BEGIN:VEVENT', 'DTSTART:20200101T000000Z', ...lines, 'END:VEVENT');
  expect(lasting('DURATION:P9999D').events).toHaveLength(1);
  expect(lasting('DURATION:P366D', 'RRULE:FREQ=WEEKLY').events).toHaveLength(1);
  const why = 'recurs, and lasts longer than a year';
  expect(lasting('DURATION:P367D', 'RRULE:FREQ=WEEKLY').skipped[0]?.why).toBe(why);
  expect(lasting('DURATION:P367D', 'RDATE:20210101T000000Z').skipped[0]?.why).toBe(why);
  const moved = lasting('DURATION:P367D', 'RECURRENCE-ID:20210101T000000Z');
  expect(moved.skipped[0]?.why).toBe(why);
  const added = lasting('DURATION:P1D', 'RDATE;VALUE=PERIOD:20210101T000000Z/P367D');
  expect(added.doubts[0]?.why).toBe('has an RDATE of more than a year');
});

test('attendees who are others, descriptions and attachments may be any number and any length', () => {
  const { events, skipped } = calendar(
    ...['BEGIN:VEVENT', 'DTSTART:20260302T100000Z'],
    ...times(20_000, 'ATTENDEE;PARTSTAT=DECLINED:mailto:lee.gu@contoso.com'),
    ...[`DESCRIPTION:${'x'.repeat(1_000_000)}`, ...times(10_000, ` ${'y'.repeat(70)}`)],
    ...['ATTENDEE;PARTSTAT=ACCEPTED:mailto:adele.vance@contoso.com', 'END:VEVENT'],
  );
  expect(skipped).toEqual([]);
  expect(events[0]?.response).toBe('accepted');
});

test('remarks are bounded, and the last one counts the others', () => {
  const { skipped } = readCalendar(around('BEGIN:VEVENT\nEND:VEVENT\n'.repeat(150)), ADELE);
  expect(skipped).toHaveLength(bounds.MOST_REMARKS + 1);
  expect(skipped.at(-1)?.what).toBe('50 more');
});

test('what is kept of a calendar keeps nothing of its text', () => {
  const twenty = Array.from({ length: 20 }, (_, at) => at);
  const before = heapInUse();
  const kept = twenty.map((zone) =>
    calendar(
      ...['BEGIN:VTIMEZONE', `TZID:a zone of some length ${zone}`, 'BEGIN:STANDARD'],
      ...['DTSTART:19700101T000000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0100'],
      ...['END:STANDARD', 'END:VTIMEZONE', `DESCRIPTION:${'x'.repeat(1_000_000)}`],
      ...twenty.flatMap((event) => [
        ...['BEGIN:VEVENT', `UID:an event of some length ${event}`, 'RRULE:FREQ=WEEKLY;BYDAY=MO'],
        `DTSTART;TZID=a zone of some length ${zone}:20260302T100000`,
        ...['END:VEVENT', 'BEGIN:VEVENT', `DTSTART;TZID=nowhere at all ${zone}:20260302T100000`],
        'END:VEVENT',
      ]),
    ),
  );
  expect(heapInUse() - before).toBeLessThan(4_000_000);
  expect(kept[0]?.events).toHaveLength(40);
});

/** A million characters of what a careless reader takes the square of the time for, or more. */
test.for([
  ['newlines', '\n'],
  ['carriage returns', '\r'],
  ['parts without an end', 'BEGIN:VTODO\n'],
  ['ends without a part', 'END:VTODO\n'],
  ['folds', '\n x'],
  ['parameters', `BEGIN:VEVENT\nDTSTART${';A=1'.repeat(1000)}:20260302\nEND:VEVENT\n`],
  ['quotes', `BEGIN:VEVENT\nDTSTART;TZID=${'":'.repeat(2000)}20260302\nEND:VEVENT\n`],
  ['zone names', `BEGIN:VEVENT\nDTSTART${';TZID=a:'.repeat(7000)}20260302\nEND:VEVENT\n`],
  ['lists', `BEGIN:VEVENT\nDTSTART:20260302\nCATEGORIES:${'\\,,'.repeat(20_000)}\nEND:VEVENT\n`],
  [
    'delegates',
    `BEGIN:VEVENT\nDTSTART:20260302\nORGANIZER;MEMBER="a"${',"b"'.repeat(1000)}:mailto:adele.vance@contoso.com\nEND:VEVENT\n`,
  ],
])(
  'a million characters of %s cost no more than they would if they were sound',
  ([, text = '']) => {
    const repeated = around(text.repeat(Math.floor(1_000_000 / text.length)));
    // Ordinary events of this size take 100 ms; the square of it would be minutes.
    expect(takesAtMost(1500, () => attempt(repeated))).toBe(true);
  },
);

function attempt(text: string): void {
  try {
    readCalendar(text, ADELE);
  } catch (error) {
    expect(error).toHaveProperty('code', 'BadCalendar');
  }
}
