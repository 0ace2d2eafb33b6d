/*
 * What somebody shows whose calendar holds this, and nothing else. They have a session that says Away and
 * doesn't fade, so that whatever is not Away comes from the calendar.
 */

export interface Case {
  readonly name: string;
  /** The components of a calendar, each its lines. */
  readonly calendar: readonly (readonly string[])[];
  /** Everything that happens within `within`: from when on what is shown. */
  readonly shows: readonly (readonly [from: string, presence: string])[];
  /** First and last day that is looked at; a week by default. */
  readonly within?: readonly [string, string];
  /** The zone of the person's clock. */
  readonly home?: string;
  /** Without one there is nobody to be in a meeting. */
  readonly hasSession?: false;
}

export const OWNER = 'mira@contoso.example';

export const AWAY = 'Away/Away';
const MEETING = 'Busy/InAMeeting';
const FOCUSING = 'DoNotDisturb/Focusing';
const OUT = 'Away/OutOfOffice, out of office';
const ELSEWHERE = 'Away/Away, scheduled remote';

let events = 0;

/** An event; each has a name of its own unless it says one. */
function event(...lines: string[]): string[] {
  const uid = lines.some((line) => line.startsWith('UID:')) ? [] : [`UID:case-${++events}`];
  return ['BEGIN:VEVENT', ...uid, 'DTSTAMP:20260101T000000Z', ...lines, 'END:VEVENT'];
}

const berlin = (name: string, time: string) => `${name};TZID=Europe/Berlin:${time}`;
/** An hour or more on a day of November 2026 in Berlin. */
const slot = (day: number, from: string, to: string) => [
  berlin('DTSTART', `202611${day}T${from}00`),
  berlin('DTEND', `202611${day}T${to}00`),
];
const days = (from: string, to: string) => [`DTSTART;VALUE=DATE:${from}`, `DTEND;VALUE=DATE:${to}`];
const busy = (from: string, to: string, what = MEETING): Case['shows'] => [
  [from, what],
  [to, AWAY],
];
const attendee = (who: string, answer: string) => `ATTENDEE;PARTSTAT=${answer}:mailto:${who}`;
const status = (value: string) => `X-MICROSOFT-CDO-BUSYSTATUS:${value}`;

/** Ten to eleven in Berlin on Monday, the 23rd of November 2026. */
const TEN = slot(23, '1000', '1100');
const AT_TEN = busy('2026-11-23T09:00Z', '2026-11-23T10:00Z');

const WEEKLY = [
  berlin('DTSTART', '20261123T100000'),
  berlin('DTEND', '20261123T110000'),
  'RRULE:FREQ=DAILY;COUNT=4',
];
const dayAt = (day: number, from = '09:00', to = '10:00') =>
  busy(`2026-11-${day}T${from}Z`, `2026-11-${day}T${to}Z`);

const SINGLE: readonly Case[] = [
  { name: 'a busy hour', calendar: [event(...TEN)], shows: AT_TEN },
  {
    name: 'a busy hour in UTC',
    calendar: [event('DTSTART:20261123T090000Z', 'DTEND:20261123T100000Z')],
    shows: AT_TEN,
  },
  {
    name: 'a busy hour on the clocks of another continent',
    calendar: [
      event(
        'DTSTART;TZID=America/New_York:20261123T090000',
        'DTEND;TZID=America/New_York:20261123T100000',
      ),
    ],
    shows: busy('2026-11-23T14:00Z', '2026-11-23T15:00Z'),
  },
  {
    name: 'an event that begins in one zone and ends in another',
    calendar: [
      event(berlin('DTSTART', '20261123T100000'), 'DTEND;TZID=America/New_York:20261123T130000'),
    ],
    shows: busy('2026-11-23T09:00Z', '2026-11-23T18:00Z'),
  },
  {
    name: 'floating time is meant on the owner’s clock',
    calendar: [event('DTSTART:20261123T100000', 'DTEND:20261123T110000')],
    shows: AT_TEN,
  },
  {
    name: 'floating time, the owner in Tokyo',
    home: 'Asia/Tokyo',
    calendar: [event('DTSTART:20261123T100000', 'DTEND:20261123T110000')],
    shows: busy('2026-11-23T01:00Z', '2026-11-23T02:00Z'),
  },
  {
    name: 'a zone by its Windows name',
    calendar: [
      event(
        'DTSTART;TZID=W. Europe Standard Time:20261123T100000',
        'DTEND;TZID=W. Europe Standard Time:20261123T110000',
      ),
    ],
    shows: AT_TEN,
  },
  {
    name: 'a length in place of an end',
    calendar: [event(berlin('DTSTART', '20261123T100000'), 'DURATION:PT90M')],
    shows: busy('2026-11-23T09:00Z', '2026-11-23T10:30Z'),
  },
  {
    name: 'an event without an end takes no time',
    calendar: [event(berlin('DTSTART', '20261123T100000'))],
    shows: [],
  },
  {
    name: 'an event that ends as it begins takes no time',
    calendar: [event(...slot(23, '1000', '1000'))],
    shows: [],
  },
  {
    name: 'an event that ends before it begins takes no time',
    calendar: [event(...slot(23, '1000', '0900'))],
    shows: [],
  },
  {
    name: 'transparent time is free',
    calendar: [event(...TEN, 'TRANSP:TRANSPARENT')],
    shows: [],
  },
  {
    name: 'opaque time that Outlook calls free',
    calendar: [event(...TEN, 'TRANSP:OPAQUE', status('FREE'))],
    shows: [],
  },
  { name: 'a tentative event', calendar: [event(...TEN, 'STATUS:TENTATIVE')], shows: [] },
  {
    name: 'a tentative event in Outlook’s words',
    calendar: [event(...TEN, status('TENTATIVE'))],
    shows: [],
  },
  { name: 'a cancelled event', calendar: [event(...TEN, 'STATUS:CANCELLED')], shows: [] },
  { name: 'a private event', calendar: [event(...TEN, 'CLASS:PRIVATE')], shows: AT_TEN },
  {
    name: 'an invitation that the owner declined',
    calendar: [event(...TEN, attendee(OWNER, 'DECLINED'))],
    shows: [],
  },
  {
    name: 'an invitation that the owner declined, their address in capitals',
    calendar: [event(...TEN, attendee(OWNER.toUpperCase(), 'DECLINED'))],
    shows: [],
  },
  {
    name: 'an invitation that somebody else declined',
    calendar: [
      event(...TEN, attendee('joan@contoso.example', 'DECLINED'), attendee(OWNER, 'ACCEPTED')),
    ],
    shows: AT_TEN,
  },
  {
    name: 'out of office for two hours',
    calendar: [event(...slot(23, '1000', '1200'), status('OOF'))],
    shows: busy('2026-11-23T09:00Z', '2026-11-23T11:00Z', OUT),
  },
  {
    name: 'working elsewhere for two hours',
    calendar: [event(...slot(23, '1000', '1200'), status('WORKINGELSEWHERE'))],
    shows: busy('2026-11-23T09:00Z', '2026-11-23T11:00Z', ELSEWHERE),
  },
  {
    name: 'focus time by its category',
    calendar: [event(...TEN, 'CATEGORIES:Focus time')],
    shows: busy('2026-11-23T09:00Z', '2026-11-23T10:00Z', FOCUSING),
  },
  {
    name: 'focus time that is free is none',
    calendar: [event(...TEN, 'CATEGORIES:Focus time', 'TRANSP:TRANSPARENT')],
    shows: [],
  },
  {
    name: 'a meeting of somebody without a session',
    hasSession: false,
    calendar: [event(...TEN)],
    shows: [],
  },
  {
    name: 'out of office without a session',
    hasSession: false,
    calendar: [event(...TEN, status('OOF'))],
    shows: [
      ['2026-11-23T09:00Z', 'Offline/OutOfOffice, out of office'],
      ['2026-11-23T10:00Z', 'Offline/Offline'],
    ],
  },
];

const ALL_DAY: readonly Case[] = [
  {
    name: 'a busy day is no meeting',
    calendar: [event(...days('20261123', '20261124'), status('BUSY'))],
    shows: [],
  },
  {
    name: 'a birthday',
    calendar: [event(...days('20261123', '20261124'), 'RRULE:FREQ=YEARLY')],
    shows: [],
  },
  {
    name: 'a day out of office',
    calendar: [event(...days('20261123', '20261124'), status('OOF'))],
    shows: busy('2026-11-22T23:00Z', '2026-11-23T23:00Z', OUT),
  },
  {
    name: 'a day out of office that says no end',
    calendar: [event('DTSTART;VALUE=DATE:20261123', status('OOF'))],
    shows: busy('2026-11-22T23:00Z', '2026-11-23T23:00Z', OUT),
  },
  {
    name: 'three days out of office',
    calendar: [event(...days('20261123', '20261126'), status('OOF'))],
    shows: busy('2026-11-22T23:00Z', '2026-11-25T23:00Z', OUT),
  },
  {
    name: 'a day out of office in New York',
    home: 'America/New_York',
    calendar: [event(...days('20261123', '20261124'), status('OOF'))],
    shows: busy('2026-11-23T05:00Z', '2026-11-24T05:00Z', OUT),
  },
  {
    name: 'a day of 23 hours out of office',
    within: ['2026-03-27', '2026-04-01'],
    calendar: [event(...days('20260329', '20260330'), status('OOF'))],
    shows: busy('2026-03-28T23:00Z', '2026-03-29T22:00Z', OUT),
  },
  {
    name: 'a day of 25 hours out of office',
    within: ['2026-10-23', '2026-10-28'],
    calendar: [event(...days('20261025', '20261026'), status('OOF'))],
    shows: busy('2026-10-24T22:00Z', '2026-10-25T23:00Z', OUT),
  },
  {
    name: 'a day of working elsewhere',
    calendar: [event(...days('20261123', '20261124'), status('WORKINGELSEWHERE'))],
    shows: busy('2026-11-22T23:00Z', '2026-11-23T23:00Z', ELSEWHERE),
  },
  {
    name: 'a day of focus time is no focus time',
    calendar: [event(...days('20261123', '20261124'), status('BUSY'), 'CATEGORIES:Focus time')],
    shows: [],
  },
  {
    name: 'from midnight to midnight by the clock is a meeting',
    calendar: [
      event(
        berlin('DTSTART', '20261123T000000'),
        berlin('DTEND', '20261124T000000'),
        status('BUSY'),
      ),
    ],
    shows: busy('2026-11-22T23:00Z', '2026-11-23T23:00Z'),
  },
  {
    name: 'from midnight to midnight, marked as all day',
    calendar: [
      event(
        berlin('DTSTART', '20261123T000000'),
        berlin('DTEND', '20261124T000000'),
        status('BUSY'),
        'X-MICROSOFT-CDO-ALLDAYEVENT:TRUE',
      ),
    ],
    shows: [],
  },
  {
    name: 'a cancelled day out of office',
    calendar: [event(...days('20261123', '20261124'), status('OOF'), 'STATUS:CANCELLED')],
    shows: [],
  },
];

const SEVERAL: readonly Case[] = [
  {
    name: 'overlapping meetings are one stretch',
    calendar: [event(...TEN), event(...slot(23, '1030', '1200'))],
    shows: busy('2026-11-23T09:00Z', '2026-11-23T11:00Z'),
  },
  {
    name: 'back to back, nothing shows in between',
    calendar: [event(...TEN), event(...slot(23, '1100', '1200'))],
    shows: busy('2026-11-23T09:00Z', '2026-11-23T11:00Z'),
  },
  {
    name: 'a minute between two meetings shows',
    calendar: [event(...TEN), event(...slot(23, '1101', '1200'))],
    shows: [...AT_TEN, ...busy('2026-11-23T10:01Z', '2026-11-23T11:00Z')],
  },
  {
    name: 'a meeting within a meeting',
    calendar: [event(...slot(23, '0900', '1200')), event(...TEN)],
    shows: busy('2026-11-23T08:00Z', '2026-11-23T11:00Z'),
  },
  {
    name: 'two meetings at once',
    calendar: [event(...TEN), event(...TEN)],
    shows: AT_TEN,
  },
  {
    name: 'a meeting on a day out of office',
    calendar: [event(...days('20261123', '20261124'), status('OOF')), event(...TEN)],
    shows: [
      ['2026-11-22T23:00Z', OUT],
      ['2026-11-23T09:00Z', 'Busy/InAMeeting, out of office'],
      ['2026-11-23T10:00Z', OUT],
      ['2026-11-23T23:00Z', AWAY],
    ],
  },
  {
    name: 'a meeting while working elsewhere',
    calendar: [event(...slot(23, '0900', '1200'), status('WORKINGELSEWHERE')), event(...TEN)],
    shows: [
      ['2026-11-23T08:00Z', ELSEWHERE],
      ['2026-11-23T09:00Z', 'Busy/InAMeeting, scheduled remote'],
      ['2026-11-23T10:00Z', ELSEWHERE],
      ['2026-11-23T11:00Z', AWAY],
    ],
  },
  {
    name: 'focus time over a meeting comes first',
    calendar: [
      event(...slot(23, '1000', '1200')),
      event(...slot(23, '1100', '1300'), 'CATEGORIES:Focus time'),
    ],
    shows: [
      ['2026-11-23T09:00Z', MEETING],
      ['2026-11-23T10:00Z', FOCUSING],
      ['2026-11-23T12:00Z', AWAY],
    ],
  },
  {
    name: 'focus time begins at the instant a meeting ends',
    calendar: [event(...TEN), event(...slot(23, '1100', '1200'), 'CATEGORIES:Focus time')],
    shows: [
      ['2026-11-23T09:00Z', MEETING],
      ['2026-11-23T10:00Z', FOCUSING],
      ['2026-11-23T11:00Z', AWAY],
    ],
  },
  {
    name: 'a tentative event over a meeting',
    calendar: [event(...TEN), event(...slot(23, '1030', '1200'), status('TENTATIVE'))],
    shows: AT_TEN,
  },
  {
    name: 'a declined event over a meeting',
    calendar: [event(...TEN), event(...slot(23, '1030', '1200'), attendee(OWNER, 'DECLINED'))],
    shows: AT_TEN,
  },
  {
    name: 'a cancelled event over a meeting',
    calendar: [event(...TEN), event(...slot(23, '0900', '1200'), 'STATUS:CANCELLED')],
    shows: AT_TEN,
  },
  {
    name: 'a free day with a meeting',
    calendar: [event(...days('20261123', '20261124'), 'TRANSP:TRANSPARENT'), event(...TEN)],
    shows: AT_TEN,
  },
  {
    name: 'an event that was moved: the newest of its name counts',
    calendar: [
      event('UID:moved', 'SEQUENCE:1', ...slot(23, '1400', '1500')),
      event('UID:moved', 'SEQUENCE:0', ...TEN),
    ],
    shows: busy('2026-11-23T13:00Z', '2026-11-23T14:00Z'),
  },
  {
    name: 'busy stretches without their events',
    calendar: [
      [
        'BEGIN:VFREEBUSY',
        'UID:stretches',
        'FREEBUSY:20261123T090000Z/20261123T100000Z,20261123T120000Z/PT30M',
        'FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20261124T090000Z/20261124T100000Z',
        'FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261125T090000Z/20261125T100000Z',
        'END:VFREEBUSY',
      ],
    ],
    shows: [
      ...AT_TEN,
      ...busy('2026-11-23T12:00Z', '2026-11-23T12:30Z'),
      ...busy('2026-11-24T09:00Z', '2026-11-24T10:00Z', OUT),
    ],
  },
];

const MIDNIGHT_AND_DAYLIGHT: readonly Case[] = [
  {
    name: 'across midnight',
    calendar: [event(berlin('DTSTART', '20261123T233000'), berlin('DTEND', '20261124T003000'))],
    shows: busy('2026-11-23T22:30Z', '2026-11-23T23:30Z'),
  },
  {
    name: 'across midnight in UTC',
    calendar: [event(berlin('DTSTART', '20261124T003000'), berlin('DTEND', '20261124T013000'))],
    shows: busy('2026-11-23T23:30Z', '2026-11-24T00:30Z'),
  },
  {
    name: 'three days by the clock are a meeting',
    calendar: [event(berlin('DTSTART', '20261123T090000'), berlin('DTEND', '20261125T170000'))],
    shows: busy('2026-11-23T08:00Z', '2026-11-25T16:00Z'),
  },
  {
    name: 'over the hour that spring leaves out',
    within: ['2026-03-27', '2026-04-01'],
    calendar: [event(berlin('DTSTART', '20260329T013000'), berlin('DTEND', '20260329T033000'))],
    shows: busy('2026-03-29T00:30Z', '2026-03-29T01:30Z'),
  },
  {
    name: 'beginning in the hour that spring leaves out',
    within: ['2026-03-27', '2026-04-01'],
    calendar: [event(berlin('DTSTART', '20260329T023000'), berlin('DTEND', '20260329T040000'))],
    shows: busy('2026-03-29T01:30Z', '2026-03-29T02:00Z'),
  },
  {
    name: 'over the hour that autumn repeats',
    within: ['2026-10-23', '2026-10-28'],
    calendar: [event(berlin('DTSTART', '20261025T013000'), berlin('DTEND', '20261025T033000'))],
    shows: busy('2026-10-24T23:30Z', '2026-10-25T02:30Z'),
  },
  {
    name: 'beginning in the hour that autumn repeats',
    within: ['2026-10-23', '2026-10-28'],
    calendar: [event(berlin('DTSTART', '20261025T023000'), berlin('DTEND', '20261025T033000'))],
    shows: busy('2026-10-25T00:30Z', '2026-10-25T02:30Z'),
  },
  {
    name: 'each Monday at nine, over the change in spring',
    within: ['2026-03-22', '2026-04-02'],
    calendar: [
      event(
        berlin('DTSTART', '20260105T090000'),
        berlin('DTEND', '20260105T100000'),
        'RRULE:FREQ=WEEKLY',
      ),
    ],
    shows: [
      ...busy('2026-03-23T08:00Z', '2026-03-23T09:00Z'),
      ...busy('2026-03-30T07:00Z', '2026-03-30T08:00Z'),
    ],
  },
  {
    name: 'each Monday at nine, over the change in autumn',
    within: ['2026-10-18', '2026-10-28'],
    calendar: [
      event(
        berlin('DTSTART', '20260105T090000'),
        berlin('DTEND', '20260105T100000'),
        'RRULE:FREQ=WEEKLY',
      ),
    ],
    shows: [
      ...busy('2026-10-19T07:00Z', '2026-10-19T08:00Z'),
      ...busy('2026-10-26T08:00Z', '2026-10-26T09:00Z'),
    ],
  },
  {
    name: 'each night at half past two, over the change in spring',
    within: ['2026-03-28', '2026-03-31'],
    calendar: [event(berlin('DTSTART', '20260101T023000'), 'DURATION:PT15M', 'RRULE:FREQ=DAILY')],
    shows: [
      ...busy('2026-03-28T01:30Z', '2026-03-28T01:45Z'),
      ...busy('2026-03-29T01:30Z', '2026-03-29T01:45Z'),
      ...busy('2026-03-30T00:30Z', '2026-03-30T00:45Z'),
    ],
  },
  {
    name: 'each Friday at nine in New York, whose clocks change a week later',
    within: ['2026-10-22', '2026-11-08'],
    calendar: [
      event(
        'DTSTART;TZID=America/New_York:20261023T090000',
        'DTEND;TZID=America/New_York:20261023T100000',
        'RRULE:FREQ=WEEKLY;COUNT=3',
      ),
    ],
    shows: [
      ...busy('2026-10-23T13:00Z', '2026-10-23T14:00Z'),
      ...busy('2026-10-30T13:00Z', '2026-10-30T14:00Z'),
      ...busy('2026-11-06T14:00Z', '2026-11-06T15:00Z'),
    ],
  },
  {
    name: 'a zone that only the calendar itself explains',
    calendar: [
      [
        'BEGIN:VTIMEZONE',
        'TZID:The ship',
        'BEGIN:STANDARD',
        'DTSTART:19700101T000000',
        'TZOFFSETFROM:+0230',
        'TZOFFSETTO:+0230',
        'END:STANDARD',
        'END:VTIMEZONE',
      ],
      event('DTSTART;TZID=The ship:20261123T100000', 'DTEND;TZID=The ship:20261123T110000'),
    ],
    shows: busy('2026-11-23T07:30Z', '2026-11-23T08:30Z'),
  },
];

const SERIES: readonly Case[] = [
  {
    name: 'four days in a row',
    calendar: [event(...WEEKLY)],
    shows: [23, 24, 25, 26].flatMap((day) => dayAt(day)),
  },
  {
    name: 'Mondays and Wednesdays',
    calendar: [event(...TEN, 'RRULE:FREQ=WEEKLY;BYDAY=MO,WE')],
    shows: [...AT_TEN, ...dayAt(25)],
  },
  {
    name: 'every second week',
    within: ['2026-11-22', '2026-12-10'],
    calendar: [event(...TEN, 'RRULE:FREQ=WEEKLY;INTERVAL=2')],
    shows: [...AT_TEN, ...busy('2026-12-07T09:00Z', '2026-12-07T10:00Z')],
  },
  {
    name: 'until a day that is still one of them',
    calendar: [event(...TEN, 'RRULE:FREQ=DAILY;UNTIL=20261125T090000Z')],
    shows: [23, 24, 25].flatMap((day) => dayAt(day)),
  },
  {
    name: 'until the instant before',
    calendar: [event(...TEN, 'RRULE:FREQ=DAILY;UNTIL=20261125T085959Z')],
    shows: [23, 24].flatMap((day) => dayAt(day)),
  },
  {
    name: 'the last Friday of the month',
    within: ['2026-11-22', '2026-12-31'],
    calendar: [
      event(
        berlin('DTSTART', '20260130T100000'),
        berlin('DTEND', '20260130T110000'),
        'RRULE:FREQ=MONTHLY;BYDAY=-1FR',
      ),
    ],
    shows: [...dayAt(27), ...busy('2026-12-25T09:00Z', '2026-12-25T10:00Z')],
  },
  {
    name: 'the 31st, which November hasn’t',
    within: ['2026-10-30', '2027-01-02'],
    calendar: [
      event(
        berlin('DTSTART', '20260831T100000'),
        berlin('DTEND', '20260831T110000'),
        'RRULE:FREQ=MONTHLY;BYMONTHDAY=31',
      ),
    ],
    shows: [
      ...busy('2026-10-31T09:00Z', '2026-10-31T10:00Z'),
      ...busy('2026-12-31T09:00Z', '2026-12-31T10:00Z'),
    ],
  },
  {
    name: 'the 29th of February, in a year that has none and one that has',
    within: ['2027-02-20', '2028-03-10'],
    calendar: [
      event(
        berlin('DTSTART', '20240229T100000'),
        berlin('DTEND', '20240229T110000'),
        'RRULE:FREQ=YEARLY',
      ),
    ],
    shows: busy('2028-02-29T09:00Z', '2028-02-29T10:00Z'),
  },
  {
    name: 'the first working day of the month',
    within: ['2026-10-30', '2026-12-05'],
    calendar: [
      event(
        berlin('DTSTART', '20260101T100000'),
        berlin('DTEND', '20260101T110000'),
        'RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1',
      ),
    ],
    shows: [
      ...busy('2026-11-02T09:00Z', '2026-11-02T10:00Z'),
      ...busy('2026-12-01T09:00Z', '2026-12-01T10:00Z'),
    ],
  },
  {
    name: 'one of them deleted',
    calendar: [event(...WEEKLY, berlin('EXDATE', '20261124T100000'))],
    shows: [23, 25, 26].flatMap((day) => dayAt(day)),
  },
  {
    name: 'the first of them deleted',
    calendar: [event(...WEEKLY, berlin('EXDATE', '20261123T100000'))],
    shows: [24, 25, 26].flatMap((day) => dayAt(day)),
  },
  {
    name: 'one of them deleted, said in UTC',
    calendar: [event(...WEEKLY, 'EXDATE:20261124T090000Z')],
    shows: [23, 25, 26].flatMap((day) => dayAt(day)),
  },
  {
    name: 'one of them deleted, said by its day',
    calendar: [event(...WEEKLY, 'EXDATE;VALUE=DATE:20261124')],
    shows: [23, 25, 26].flatMap((day) => dayAt(day)),
  },
  {
    name: 'one more of them',
    calendar: [event(...WEEKLY, berlin('RDATE', '20261124T150000'))],
    shows: [...dayAt(23), ...dayAt(24), ...dayAt(24, '14:00', '15:00'), ...dayAt(25), ...dayAt(26)],
  },
  {
    name: 'one of them moved to the afternoon',
    calendar: [
      event('UID:series', ...WEEKLY),
      event('UID:series', berlin('RECURRENCE-ID', '20261124T100000'), ...slot(24, '1500', '1600')),
    ],
    shows: [...dayAt(23), ...dayAt(24, '14:00', '15:00'), ...dayAt(25), ...dayAt(26)],
  },
  {
    name: 'one of them moved, named in UTC',
    calendar: [
      event('UID:series', ...WEEKLY),
      event('UID:series', 'RECURRENCE-ID:20261124T090000Z', ...slot(24, '1500', '1600')),
    ],
    shows: [...dayAt(23), ...dayAt(24, '14:00', '15:00'), ...dayAt(25), ...dayAt(26)],
  },
  {
    name: 'one of them moved next to another',
    calendar: [
      event('UID:series', ...WEEKLY),
      event('UID:series', berlin('RECURRENCE-ID', '20261124T100000'), ...slot(25, '1100', '1200')),
    ],
    shows: [...dayAt(23), ...dayAt(25, '09:00', '11:00'), ...dayAt(26)],
  },
  {
    name: 'one of them moved here from weeks ago',
    within: ['2026-11-24', '2026-11-26'],
    calendar: [
      event(
        'UID:series',
        berlin('DTSTART', '20261005T100000'),
        berlin('DTEND', '20261005T110000'),
        'RRULE:FREQ=WEEKLY;COUNT=3',
      ),
      event('UID:series', berlin('RECURRENCE-ID', '20261012T100000'), ...slot(25, '1000', '1100')),
    ],
    shows: dayAt(25),
  },
  {
    name: 'one of them cancelled',
    calendar: [
      event('UID:series', ...WEEKLY),
      event(
        'UID:series',
        berlin('RECURRENCE-ID', '20261124T100000'),
        ...slot(24, '1000', '1100'),
        'STATUS:CANCELLED',
      ),
    ],
    shows: [23, 25, 26].flatMap((day) => dayAt(day)),
  },
  {
    name: 'one of them declined',
    calendar: [
      event('UID:series', ...WEEKLY, attendee(OWNER, 'ACCEPTED')),
      event(
        'UID:series',
        berlin('RECURRENCE-ID', '20261124T100000'),
        ...slot(24, '1000', '1100'),
        attendee(OWNER, 'DECLINED'),
      ),
    ],
    shows: [23, 25, 26].flatMap((day) => dayAt(day)),
  },
  {
    name: 'one of them made free',
    calendar: [
      event('UID:series', ...WEEKLY),
      event(
        'UID:series',
        berlin('RECURRENCE-ID', '20261124T100000'),
        ...slot(24, '1000', '1100'),
        'TRANSP:TRANSPARENT',
      ),
    ],
    shows: [23, 25, 26].flatMap((day) => dayAt(day)),
  },
  {
    name: 'one of them made longer',
    calendar: [
      event('UID:series', ...WEEKLY),
      event('UID:series', berlin('RECURRENCE-ID', '20261124T100000'), ...slot(24, '1000', '1330')),
    ],
    shows: [...dayAt(23), ...dayAt(24, '09:00', '12:30'), ...dayAt(25), ...dayAt(26)],
  },
  {
    name: 'a moved one of a series that the calendar doesn’t have',
    calendar: [event('UID:alone', berlin('RECURRENCE-ID', '20261110T100000'), ...TEN)],
    shows: AT_TEN,
  },
  {
    name: 'Fridays out of office',
    calendar: [event(...days('20261106', '20261107'), status('OOF'), 'RRULE:FREQ=WEEKLY')],
    shows: busy('2026-11-26T23:00Z', '2026-11-27T23:00Z', OUT),
  },
  {
    name: 'a day that begins anew before it has ended',
    calendar: [
      event(
        berlin('DTSTART', '20261123T100000'),
        berlin('DTEND', '20261124T120000'),
        'RRULE:FREQ=DAILY;COUNT=2',
      ),
    ],
    shows: busy('2026-11-23T09:00Z', '2026-11-25T11:00Z'),
  },
  {
    name: 'a series that is over',
    calendar: [
      event(
        berlin('DTSTART', '20261005T100000'),
        berlin('DTEND', '20261005T110000'),
        'RRULE:FREQ=WEEKLY;COUNT=3',
      ),
    ],
    shows: [],
  },
];

export const CASES: readonly Case[] = [
  ...SINGLE,
  ...ALL_DAY,
  ...SEVERAL,
  ...MIDNIGHT_AND_DAYLIGHT,
  ...SERIES,
];
