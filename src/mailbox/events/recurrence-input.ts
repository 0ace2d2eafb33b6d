import {
  DAYS_OF_WEEK,
  NO_DATE,
  type RecurrencePattern,
  type RecurrenceRange,
  WEEK_INDEXES,
} from '../../calendar/pattern.ts';
import { shortened } from '../../graph/duration.ts';
import { invalidArgument } from '../../graph/error.ts';
import { atMost, type Given, oneOf, required, shortText, within } from '../settings/said.ts';
import type { PatternedRecurrence } from './fields.ts';
import { readDate } from './time.ts';

/** Graph's `patternedRecurrence` as a client sends it, or a rule of RFC 5545, which is our addition. */
export interface RecurrenceInput {
  readonly pattern?: Given<{
    readonly type: string;
    readonly interval?: Given<number>;
    readonly month?: Given<number>;
    readonly dayOfMonth?: Given<number>;
    readonly daysOfWeek?: Given<readonly string[]>;
    readonly firstDayOfWeek?: Given<string>;
    readonly index?: Given<string>;
  }>;
  readonly range?: Given<{
    readonly type: string;
    readonly startDate?: Given<string>;
    readonly endDate?: Given<string>;
    readonly recurrenceTimeZone?: Given<string>;
    readonly numberOfOccurrences?: Given<number>;
  }>;
  readonly '@porchlight.rrule'?: Given<string>;
}

const TYPES = [
  'daily',
  'weekly',
  'absoluteMonthly',
  'relativeMonthly',
  'absoluteYearly',
  'relativeYearly',
] as const;

const RANGES = ['endDate', 'noEnd', 'numbered'] as const;

/** Outlook's limits. */
const LONGEST_INTERVAL = 999;
const MOST_OCCURRENCES = 999;

/**
 * Puts a recurrence into Graph's own words, with all of its parts, as the real service gives it back.
 * @throws GraphError 400 naming the part that is missing or wrong
 */
export function readRecurrence(input: RecurrenceInput): PatternedRecurrence {
  const { pattern, range, '@porchlight.rrule': rule } = input;
  if (rule != null) {
    if (pattern != null || range != null) {
      throw invalidArgument('[Recurrence]: is either a pattern with a range, or a rule.');
    }
    return { '@porchlight.rrule': rule };
  }
  if (pattern == null) throw required('Recurrence.Pattern');
  if (range == null) throw required('Recurrence.Range');
  return { pattern: readPattern(pattern), range: readRange(range) };
}

function readPattern(given: NonNullable<RecurrenceInput['pattern']>): RecurrencePattern {
  const field = (name: string) => `Recurrence.Pattern.${name}`;
  const type = oneOf(TYPES, given.type, field('Type'));
  const daysOfWeek = atMost(7, given.daysOfWeek ?? [], field('DaysOfWeek')).map((day) =>
    oneOf(DAYS_OF_WEEK, day, field('DaysOfWeek')),
  );
  const isByWeekday = ['weekly', 'relativeMonthly', 'relativeYearly'].includes(type);
  const isByDate = ['absoluteMonthly', 'absoluteYearly'].includes(type);
  const isYearly = ['absoluteYearly', 'relativeYearly'].includes(type);
  if (isByWeekday && daysOfWeek.length === 0) throw required(field('DaysOfWeek'));
  const part = (name: string, value: Given<number>, isNeeded: boolean, most: number) => {
    if (!isNeeded) return 0;
    if (value == null) throw required(field(name));
    return within(1, most, value, field(name));
  };
  return {
    type,
    interval: within(1, LONGEST_INTERVAL, given.interval ?? 1, field('Interval')),
    month: part('Month', given.month, isYearly, 12),
    dayOfMonth: part('DayOfMonth', given.dayOfMonth, isByDate, 31),
    daysOfWeek: isByWeekday ? [...new Set(daysOfWeek)] : [],
    firstDayOfWeek: oneOf(DAYS_OF_WEEK, given.firstDayOfWeek ?? 'sunday', field('FirstDayOfWeek')),
    index: oneOf([...WEEK_INDEXES.keys()], given.index ?? 'first', field('Index')),
  };
}

function readRange(given: NonNullable<RecurrenceInput['range']>): RecurrenceRange {
  const field = (name: string) => `Recurrence.Range.${name}`;
  const type = oneOf(RANGES, given.type, field('Type'));
  const { startDate, endDate, numberOfOccurrences } = given;
  if (type === 'endDate' && endDate == null) throw required(field('EndDate'));
  if (type === 'numbered' && numberOfOccurrences == null) {
    throw required(field('NumberOfOccurrences'));
  }
  return {
    type,
    startDate: startDate == null ? '' : dateIn(startDate, field('StartDate')),
    endDate: type === 'endDate' ? dateIn(endDate ?? '', field('EndDate')) : NO_DATE,
    recurrenceTimeZone: shortText(given.recurrenceTimeZone ?? '', field('RecurrenceTimeZone')),
    numberOfOccurrences:
      type === 'numbered'
        ? within(1, MOST_OCCURRENCES, numberOfOccurrences ?? 0, field('NumberOfOccurrences'))
        : 0,
  };
}

function dateIn(text: string, field: string): string {
  if (readDate(text) !== undefined) return text;
  throw invalidArgument(`[${field}]: '${shortened(text)}' is not a date such as 2026-11-21.`);
}
