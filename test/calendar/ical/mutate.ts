import type { Random } from '../../crash/random.ts';

/** What a date, a duration, a number, a name may be replaced with. */
const HOSTILE_VALUES = [
  ...[
    '',
    ':',
    ';',
    ',',
    '"',
    '\\',
    '=',
    '%',
    '/',
    '-',
    'P',
    'T',
    'Z',
    '\0',
    '\ud800',
    '\u2028',
    '🦊',
  ],
  ...[
    '00000000T000000Z',
    '00010101T000000Z',
    '99991231T235959Z',
    '99991231',
    '20260230',
    '20261329',
  ],
  ...[
    '20260329T023000',
    '20261025T023000',
    '20260101T240000Z',
    '20261231T235960Z',
    '275760913T000000Z',
  ],
  ...[
    '19700101T000000Z',
    '16010101T000000',
    '-20260101T000000Z',
    '2026-03-02T10:00:00Z',
    '20260302T100000+0100',
  ],
  ...[
    'P999999999D',
    'P99999999999999999999W',
    '-P1D',
    'PT0S',
    'PT999999999S',
    'P1Y',
    'P1M',
    'PT1H1H',
    'P-1D',
  ],
  ...['-1', '0', '1', '2147483648', '9007199254740993', '1e308', 'NaN', 'Infinity', '0x10', '+5'],
  ...['+2400', '-2359', '+235959', '+0000', '-0000', '+9999', '0100', '+01:00'],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'TRUE',
    'CANCELLED',
    'NULL',
    'undefined',
  ],
  ...[
    '20260302T100000Z/PT1H',
    '20260302T100000Z/20260302T090000Z',
    '/',
    '20260302/20260304',
    'P1D/P1D',
  ],
  ...[
    'Europe/Berlin',
    'Etc/GMT+12',
    'Customized Time Zone',
    '../../etc/passwd',
    'W. Europe Standard Time',
  ],
  ...['x'.repeat(5000), `${'20260302T100000Z,'.repeat(300)}20260303T100000Z`, '1,'.repeat(2000)],
] as const;

const RULE_PARTS = [
  ...['FREQ=SECONDLY', 'FREQ=MINUTELY', 'FREQ=HOURLY', 'FREQ=DAILY', 'FREQ=WEEKLY', 'FREQ=MONTHLY'],
  ...['FREQ=YEARLY', 'FREQ=', 'FREQ=OFTEN', 'INTERVAL=0', 'INTERVAL=1', 'INTERVAL=2147483647'],
  ...[
    'INTERVAL=99999999999',
    'INTERVAL=-1',
    'COUNT=0',
    'COUNT=1',
    'COUNT=2147483647',
    'COUNT=1000000',
  ],
  ...[
    'UNTIL=20260401T000000Z',
    'UNTIL=99991231T235959Z',
    'UNTIL=00010101',
    'UNTIL=20260401',
    'UNTIL=soon',
  ],
  ...['BYDAY=MO,TU,WE,TH,FR,SA,SU', 'BYDAY=5MO', 'BYDAY=-53SU', 'BYDAY=53SU', 'BYDAY=', 'BYDAY=XX'],
  ...['BYMONTHDAY=31', 'BYMONTHDAY=-31,30,29', 'BYMONTH=2', 'BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12'],
  ...[
    'BYYEARDAY=366',
    'BYYEARDAY=-366,1',
    'BYWEEKNO=53',
    'BYWEEKNO=-53,1',
    'BYSETPOS=-1',
    'BYSETPOS=366',
  ],
  ...[
    'BYHOUR=0,6,12,18',
    'BYMINUTE=0,15,30,45',
    'BYSECOND=60',
    'WKST=SU',
    'WKST=',
    'X=1',
    'RSCALE=HEBREW',
  ],
  `BYMINUTE=${Array.from({ length: 60 }, (_, at) => at).join(',')}`,
  `BYSECOND=${Array.from({ length: 60 }, (_, at) => at).join(',')}`,
  `BYHOUR=${Array.from({ length: 24 }, (_, at) => at).join(',')}`,
  `BYYEARDAY=${Array.from({ length: 366 }, (_, at) => at + 1).join(',')}`,
] as const;

const NAMES = [
  ...['DTSTART', 'DTEND', 'DURATION', 'RRULE', 'EXRULE', 'RDATE', 'EXDATE', 'RECURRENCE-ID', 'UID'],
  ...[
    'SEQUENCE',
    'STATUS',
    'TRANSP',
    'METHOD',
    'TZID',
    'TZOFFSETFROM',
    'TZOFFSETTO',
    'X-LIC-LOCATION',
  ],
  ...[
    'X-WR-TIMEZONE',
    'FREEBUSY',
    'CATEGORIES',
    'ATTENDEE',
    'ORGANIZER',
    'LAST-MODIFIED',
    'PRODID',
  ],
  ...['X-MICROSOFT-CDO-BUSYSTATUS', 'X-MICROSOFT-CDO-ALLDAYEVENT', '__PROTO__', 'CONSTRUCTOR'],
] as const;

const PARAMETERS = [
  ...[
    '',
    ';VALUE=DATE',
    ';VALUE=DATE-TIME',
    ';VALUE=PERIOD',
    ';VALUE=TIME',
    ';VALUE=__proto__',
    ';VALUE=',
  ],
  ...[
    ';TZID=Europe/Berlin',
    ';TZID=Eastern Standard Time',
    ';TZID=Nowhere',
    ';TZID="',
    ';TZID=',
    ';=',
    ';;',
  ],
  ...[
    ';RANGE=THISANDFUTURE',
    ';FBTYPE=FREE',
    ';FBTYPE=',
    ';__proto__=1',
    ';constructor=x',
    ';A="b;c:d"',
  ],
  ...[';MEMBER="a","b","c"', ';PARTSTAT=DECLINED', `${';A=1'.repeat(500)}`],
] as const;

const COMPONENTS = [
  'VCALENDAR',
  'VEVENT',
  'VTIMEZONE',
  'STANDARD',
  'VFREEBUSY',
  'VALARM',
  'X',
] as const;

type Mutation = (lines: readonly string[], random: Random) => readonly string[];

const replacedAt = (lines: readonly string[], at: number, ...by: readonly string[]) => [
  ...lines.slice(0, at),
  ...by,
  ...lines.slice(at + 1),
];

const atOf = (lines: readonly string[], random: Random) => random.between(0, lines.length - 1);

/** A stretch of lines, mostly short. */
function stretch(lines: readonly string[], random: Random): readonly [from: number, to: number] {
  const from = atOf(lines, random);
  const most = random.chance(0.2) ? lines.length : 12;
  return [from, Math.min(lines.length, from + random.between(1, most))];
}

const rule = (random: Random) =>
  random.some(RULE_PARTS, random.between(1, 5)).join(random.chance(0.95) ? ';' : ',');

const hostileLine = (random: Random) => {
  const name = random.pick(NAMES);
  const isRule = name === 'RRULE' ? random.chance(0.9) : random.chance(0.05);
  return `${name}${random.pick(PARAMETERS)}:${isRule ? rule(random) : random.pick(HOSTILE_VALUES)}`;
};

const MUTATIONS: readonly Mutation[] = [
  // Characters.
  (lines, random) => {
    const at = atOf(lines, random);
    const line = lines[at] ?? '';
    const place = random.between(0, line.length);
    const code = random.chance(0.1) ? random.between(0, 0xffff) : random.between(0, 0xff);
    const length = random.between(0, 2);
    return replacedAt(
      lines,
      at,
      line.slice(0, place) + String.fromCharCode(code) + line.slice(place + length),
    );
  },
  // Digits, which keep a line readable.
  (lines, random) => {
    const at = atOf(lines, random);
    const digit = () => String(random.between(0, 9));
    const changed = (lines[at] ?? '').replaceAll(/\d/g, (each) =>
      random.chance(0.2) ? digit() : each,
    );
    return replacedAt(lines, at, changed);
  },
  // Lines: dropped, said again, in another order, cut in two.
  (lines, random) => {
    const [from, to] = stretch(lines, random);
    return [...lines.slice(0, from), ...lines.slice(to)];
  },
  (lines, random) => {
    const [from, to] = stretch(lines, random);
    const times = random.chance(0.1) ? random.between(2, 20) : 1;
    const again = Array.from({ length: times }, () => lines.slice(from, to)).flat();
    return [...lines.slice(0, to), ...again, ...lines.slice(to)];
  },
  (lines, random) => {
    const [one, other] = [atOf(lines, random), atOf(lines, random)];
    return replacedAt(replacedAt(lines, one, lines[other] ?? ''), other, lines[one] ?? '');
  },
  (lines, random) => {
    const at = atOf(lines, random);
    const line = lines[at] ?? '';
    const place = random.between(0, line.length);
    const fold = random.pick([' ', '\t', '']);
    return replacedAt(lines, at, line.slice(0, place), fold + line.slice(place));
  },
  // Values.
  (lines, random) => {
    const at = atOf(lines, random);
    const line = lines[at] ?? '';
    const value = /^RRULE/i.test(line) ? rule(random) : random.pick(HOSTILE_VALUES);
    return replacedAt(
      lines,
      at,
      line.replace(/:.*/s, () => `:${value}`),
    );
  },
  (lines, random) => {
    const at = atOf(lines, random);
    const changed = (lines[at] ?? '').replace(/[;:]/, (each) => random.pick(PARAMETERS) + each);
    return replacedAt(lines, at, changed);
  },
  (lines, random) => {
    const at = atOf(lines, random);
    return replacedAt(lines, at, lines[at] ?? '', hostileLine(random));
  },
  // All rules at once.
  (lines, random) => lines.map((line) => (/^RRULE/i.test(line) ? `RRULE:${rule(random)}` : line)),
  // Components: around a stretch, without an end, or many of them.
  (lines, random) => {
    const [from, to] = stretch(lines, random);
    const name = random.pick(COMPONENTS);
    const depth = random.chance(0.2) ? random.between(2, 30) : 1;
    const begin = Array<string>(depth).fill(`BEGIN:${name}`);
    const end = random.chance(0.8) ? Array<string>(depth).fill(`END:${name}`) : [];
    return [
      ...lines.slice(0, from),
      ...begin,
      ...lines.slice(from, to),
      ...end,
      ...lines.slice(to),
    ];
  },
  // Cut off.
  (lines, random) => (random.chance(0.3) ? lines.slice(0, atOf(lines, random)) : lines),
];

/** A feed, or two of them, of which something is otherwise; the same for the same random numbers. */
export function mutated(feeds: readonly string[], random: Random): string {
  const joined = random.chance(0.1)
    ? [random.pick(feeds), random.pick(feeds)]
    : [random.pick(feeds)];
  let lines: readonly string[] = joined.join('').split(/\r?\n/);
  for (let times = random.between(1, 6); times > 0; times--) {
    lines = random.pick(MUTATIONS)(lines, random);
    if (lines.length === 0) break;
  }
  const text = lines.join(random.pick(['\r\n', '\n', '\r']));
  return random.chance(0.03) ? text.slice(0, random.between(0, text.length)) : text;
}
