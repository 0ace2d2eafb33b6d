import { shortened } from '../graph/duration.ts';
import { DAY_MS, dateOf, dayOf, dayOfDate, daysInMonth, modulo } from './days.ts';
import type { Frequency, Rule, WallMs, Weekday } from './event.ts';

/** A recurrence rule that can't be read. The message names the part that is wrong. */
export class BadRule extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BadRule';
  }
}

const FREQUENCIES = new Set<string>([
  'yearly',
  'monthly',
  'weekly',
  'daily',
  'hourly',
  'minutely',
  'secondly',
] satisfies Frequency[]);

/** In the order of `Weekday`. */
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/** The parts that are lists of numbers, with the least and the greatest; below zero is counted from the end. */
const LISTS = {
  BYMONTH: { field: 'months', least: 1, greatest: 12, isSigned: false },
  BYWEEKNO: { field: 'weeks', least: 1, greatest: 53, isSigned: true },
  BYYEARDAY: { field: 'yearDays', least: 1, greatest: 366, isSigned: true },
  BYMONTHDAY: { field: 'monthDays', least: 1, greatest: 31, isSigned: true },
  BYHOUR: { field: 'hours', least: 0, greatest: 23, isSigned: false },
  BYMINUTE: { field: 'minutes', least: 0, greatest: 59, isSigned: false },
  BYSECOND: { field: 'seconds', least: 0, greatest: 60, isSigned: false },
  BYSETPOS: { field: 'positions', least: 1, greatest: 366, isSigned: true },
} as const;

/** All numbers of all parts take less. */
const MAX_LENGTH = 10_000;
const MAX_NUMBER = 2 ** 31 - 1;

/** A rule that says nothing but how often. */
export function everyRule(frequency: Frequency): Rule {
  return {
    frequency,
    interval: 1,
    until: null,
    count: null,
    weekStart: 1,
    months: [],
    weeks: [],
    yearDays: [],
    monthDays: [],
    weekdays: [],
    hours: [],
    minutes: [],
    seconds: [],
    positions: [],
  };
}

/**
 * The value of an RRULE property (RFC 5545, section 3.3.10), with or without the property's name, in any
 * case, its parts in any order. Where it has both COUNT and UNTIL, which it mustn't, both end it.
 *
 * An UNTIL that is a date is read as the last millisecond of that day, so that it doesn't cut off the
 * occurrence of its day, whatever kind of start the event has; no UNTIL with a time can mean that instant.
 * @throws BadRule
 */
export function readRule(text: string): Rule {
  if (text.length > MAX_LENGTH) throw new BadRule(`a rule has at most ${MAX_LENGTH} characters`);
  const parts = partsOf(text.toUpperCase().replace(/^RRULE:/, ''));
  const take = (name: string) => {
    const value = parts.get(name);
    parts.delete(name);
    return value;
  };
  const frequency = readFrequency(take('FREQ'));
  const until = take('UNTIL');
  const count = take('COUNT');
  const lists = Object.entries(LISTS).map(([name, { field, ...range }]) => {
    const value = take(name);
    return [field, value === undefined ? [] : readNumbers(name, value, range)] as const;
  });
  const rule: Rule = {
    ...everyRule(frequency),
    interval: readNumber('INTERVAL', take('INTERVAL') ?? '1', 1, MAX_NUMBER),
    until: until === undefined ? null : readUntil(until),
    count: count === undefined ? null : readNumber('COUNT', count, 1, MAX_NUMBER),
    weekStart: readWeekday('WKST', take('WKST') ?? 'MO'),
    weekdays: readWeekdays(take('BYDAY')),
    ...Object.fromEntries(lists),
  };
  const [unknown] = parts.keys();
  if (unknown !== undefined) throw new BadRule(`'${shortened(unknown)}' is no part of a rule`);
  const complaint = MUST_NOT.find(({ is }) => is(rule))?.message;
  if (complaint !== undefined) throw new BadRule(complaint);
  return rule;
}

/** The value of an RRULE property. `readRule` reads the same rule from it. */
export function writeRule(rule: Rule): string {
  const { frequency, until, count, interval, weekdays, weekStart } = rule;
  const parts = [`FREQ=${frequency.toUpperCase()}`];
  if (until !== null) parts.push(`UNTIL=${writtenUntil(until)}`);
  if (count !== null) parts.push(`COUNT=${count}`);
  if (interval !== 1) parts.push(`INTERVAL=${interval}`);
  for (const [name, { field }] of Object.entries(LISTS)) {
    if (rule[field].length > 0) parts.push(`${name}=${rule[field].join(',')}`);
  }
  const days = weekdays.map(({ day, nth }) => `${nth === 0 ? '' : nth}${WEEKDAYS[day - 1]}`);
  if (days.length > 0) parts.push(`BYDAY=${days.join(',')}`);
  if (weekStart !== 1) parts.push(`WKST=${WEEKDAYS[weekStart - 1]}`);
  return parts.join(';');
}

/** What the RFC forbids, of what could be written nevertheless and would mean nothing. */
const MUST_NOT: readonly { is: (rule: Rule) => boolean; message: string }[] = [
  {
    is: ({ frequency, weeks }) => weeks.length > 0 && frequency !== 'yearly',
    message: 'BYWEEKNO is for FREQ=YEARLY alone',
  },
  {
    is: ({ frequency, yearDays }) =>
      yearDays.length > 0 && ['monthly', 'weekly', 'daily'].includes(frequency),
    message: 'BYYEARDAY is not for FREQ=DAILY, WEEKLY or MONTHLY',
  },
  {
    is: ({ frequency, monthDays }) => monthDays.length > 0 && frequency === 'weekly',
    message: 'BYMONTHDAY is not for FREQ=WEEKLY',
  },
  {
    is: ({ frequency, weekdays, weeks }) =>
      weekdays.some(({ nth }) => nth !== 0) &&
      (weeks.length > 0 || !['yearly', 'monthly'].includes(frequency)),
    message: 'BYDAY has numbers for FREQ=MONTHLY, and YEARLY without BYWEEKNO, alone',
  },
  {
    is: ({ positions, weekdays, ...rule }) =>
      positions.length > 0 &&
      weekdays.length === 0 &&
      Object.values(LISTS).every(({ field }) => field === 'positions' || rule[field].length === 0),
    message: 'BYSETPOS needs another BY… part to choose from',
  },
];

function partsOf(text: string): Map<string, string> {
  const parts = new Map<string, string>();
  // Some programs end the last part with a semicolon too.
  for (const part of text.replace(/;$/, '').split(';')) {
    const [, name, value] = /^([^=]*)=(.*)$/.exec(part) ?? [];
    if (name === undefined || value === undefined) {
      throw new BadRule(`'${shortened(part)}' is not of the form NAME=value`);
    }
    if (parts.has(name)) throw new BadRule(`${shortened(name)} is there twice`);
    parts.set(name, value);
  }
  return parts;
}

function readFrequency(text: string | undefined): Frequency {
  const frequency = text?.toLowerCase() ?? '';
  if (FREQUENCIES.has(frequency)) return frequency as Frequency;
  throw new BadRule(
    text === undefined ? 'FREQ is missing' : `FREQ: '${shortened(text)}' is no frequency`,
  );
}

function readNumber(name: string, text: string, least: number, greatest: number): number {
  const value = /^\+?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= greatest) return value;
  throw new BadRule(`${name}: '${shortened(text)}' is no number from ${least} to ${greatest}`);
}

function readNumbers(
  name: string,
  text: string,
  range: { least: number; greatest: number; isSigned: boolean },
): readonly number[] {
  const values = text.split(',').map((each) => {
    const isNegative = range.isSigned && each.startsWith('-');
    const value = readNumber(name, isNegative ? each.slice(1) : each, range.least, range.greatest);
    return isNegative ? -value : value;
  });
  return [...new Set(values)].sort((a, b) => a - b);
}

function readWeekday(name: string, text: string): Weekday {
  const at = WEEKDAYS.indexOf(text);
  if (at < 0) throw new BadRule(`${name}: '${shortened(text)}' is none of ${WEEKDAYS.join(', ')}`);
  return (at + 1) as Weekday;
}

function readWeekdays(text: string | undefined): Rule['weekdays'] {
  // A map drops what is there twice.
  const weekdays = new Map<string, Rule['weekdays'][number]>();
  for (const each of text?.split(',') ?? []) {
    const [, sign = '', number, name = each] = /^([+-]?)(\d+)([A-Z]+)$/.exec(each) ?? [];
    const day = readWeekday('BYDAY', name);
    const nth = number === undefined ? 0 : readNumber('BYDAY', number, 1, 53);
    weekdays.set(`${sign}${nth}${name}`, { day, nth: sign === '-' ? -nth : nth });
  }
  return [...weekdays.values()];
}

const UNTIL = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/;

function readUntil(text: string): NonNullable<Rule['until']> {
  const [, ...groups] = UNTIL.exec(text) ?? [];
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = groups.map(Number);
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  if (!isDate || hour > 23 || minute > 59 || second > 60) {
    throw new BadRule(`UNTIL: '${shortened(text)}' is no date, nor a date with a time`);
  }
  const midnight = dayOfDate(year, month, day) * DAY_MS;
  if (groups[3] === undefined) return { wall: midnight + DAY_MS - 1 };
  const wall = midnight + ((hour * 60 + minute) * 60 + Math.min(second, 59)) * 1000;
  return groups[6] === 'Z' ? { instantMs: wall } : { wall };
}

function writtenUntil(until: NonNullable<Rule['until']>): string {
  if ('instantMs' in until) return `${written(until.instantMs)}Z`;
  const isDate = modulo(until.wall, DAY_MS) === DAY_MS - 1;
  return isDate ? written(until.wall).slice(0, 8) : written(until.wall);
}

function written(wall: WallMs): string {
  const { year, month, day } = dateOf(dayOf(wall));
  const second = Math.floor(modulo(wall, DAY_MS) / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${String(year).padStart(4, '0')}${two(month)}${two(day)}`;
  return `${date}T${two(Math.floor(second / 3600))}${two(Math.floor(second / 60) % 60)}${two(second % 60)}`;
}
