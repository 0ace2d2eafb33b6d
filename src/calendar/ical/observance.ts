import {
  DAY_MS,
  type Day,
  dateOf,
  dayOf,
  dayOfDate,
  daysInMonth,
  modulo,
  weekdayOf,
} from '../days.ts';
import type { Rule, WallMs } from '../event.ts';
import { BadRule, readRule } from '../rrule.ts';
import { UTC } from '../zones.ts';
import { MOST_ONSETS } from './bounds.ts';
import type { Component } from './components.ts';
import { Unreadable } from './errors.ts';
import type { Property } from './property.ts';
import { firstOf, readableOf } from './reading.ts';
import { type Moment, momentOf, onlyMomentOf } from './times.ts';

/** A STANDARD or DAYLIGHT part of a VTIMEZONE. Its onsets are wall clocks of what it comes from. */
export interface Observance {
  readonly offsetFromMs: number;
  readonly offsetToMs: number;
  readonly firstMs: WallMs;
  /** Onsets that aren't its rule's, in order. */
  readonly singles: readonly WallMs[];
  readonly hasRule: boolean;
  /** Not in order. */
  readonly onsetsIn: (year: number) => readonly WallMs[];
  /** The last year until that one that has onsets; -Infinity when there is none. */
  readonly lastYearUntil: (year: number) => number;
}

/** No time within a VTIMEZONE has a zone. */
const WITHOUT_ZONES = { floating: null, named: () => null };

/** @throws Unreadable */
export function observanceOf(part: Component): Observance {
  const offsetFromMs = offsetOf(firstOf(part, 'tzoffsetfrom'));
  const offsetToMs = offsetOf(firstOf(part, 'tzoffsetto'));
  const wallOf = ({ wall, zone }: Moment) => (zone === UTC ? wall + offsetFromMs : wall);

  const start = firstOf(part, 'dtstart');
  if (start === undefined) throw new Unreadable('has a part without DTSTART');
  const firstMs = wallOf(onlyMomentOf(start, WITHOUT_ZONES));
  const singles = [firstMs];
  for (const property of readableOf(part, 'rdate')) {
    if (singles.length + property.values.length > MOST_ONSETS) {
      throw new Unreadable('has too many onsets');
    }
    for (const value of property.values) {
      if (value === '') continue;
      singles.push(wallOf(momentOf(property, value, WITHOUT_ZONES)));
    }
  }
  singles.sort((one, other) => one - other);

  const rule = firstOf(part, 'rrule');
  const yearly = rule && yearlyOnsets(yearlyRuleOf(rule, firstMs), firstMs, offsetFromMs);
  return {
    offsetFromMs,
    offsetToMs,
    firstMs,
    singles,
    hasRule: yearly !== undefined,
    onsetsIn(year) {
      const ofYear = singles.filter((wall) => yearOf(wall) === year);
      return yearly === undefined ? ofYear : [...ofYear, ...yearly.onsetsIn(year)];
    },
    lastYearUntil(year) {
      const single = singles.findLast((wall) => yearOf(wall) <= year);
      const ofSingles = single === undefined ? Number.NEGATIVE_INFINITY : yearOf(single);
      return Math.max(ofSingles, yearly?.lastYearUntil(year) ?? ofSingles);
    },
  };
}

const yearOf = (wall: WallMs) => dateOf(dayOf(wall)).year;

const OFFSET = /^([+-]?)(\d{2})([0-5]\d)([0-5]\d)?$/;

function offsetOf(property: Property | undefined): number {
  const written = property?.values[0]?.replaceAll(':', '') ?? '';
  const [, sign, hours = 0, minutes = 0, seconds = 0] = OFFSET.exec(written) ?? [];
  if (sign === undefined || Number(hours) > 23) {
    throw new Unreadable('has a part without an offset from UTC');
  }
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -ms : ms;
}

/**
 * Of all the rules that RFC 5545 has, zones are written with one kind: a day each year, of one month, by its
 * weekday or date or both. Others are refused, so that none of them has to be worked out here.
 */
function yearlyRuleOf(property: Property, firstMs: WallMs): Rule {
  let rule: Rule;
  try {
    rule = readRule(property.values[0] ?? '');
  } catch (error) {
    if (!(error instanceof BadRule)) throw error;
    throw new Unreadable('has an unreadable rule');
  }
  const { months, weekdays, monthDays, hours, minutes, seconds } = rule;
  const isOfMonth = months.length === 1 || (months.length === 0 && weekdays.length === 0);
  const isOfDay = weekdays.length <= 1 && monthDays.length <= 7;
  // Notes says the time of the day again.
  const isOfTime =
    [...hours, ...minutes, ...seconds].length <= 3 &&
    hours.every((hour) => hour === Math.floor(modulo(firstMs, DAY_MS) / 3_600_000)) &&
    minutes.every((minute) => minute === Math.floor(modulo(firstMs, 3_600_000) / 60_000)) &&
    seconds.every((second) => second === Math.floor(modulo(firstMs, 60_000) / 1000));
  const others = [...rule.weeks, ...rule.yearDays, ...rule.positions];
  const isAll = rule.count === null && others.length === 0;
  if (rule.frequency === 'yearly' && isOfMonth && isOfDay && isOfTime && isAll) return rule;
  throw new Unreadable('has a rule that zones are not made of');
}

/** Turns of a rule that may have no day: a fifth Sunday, 29 February around 1900. */
const MOST_EMPTY = 8;

/** Onsets of a rule after the first, which is its DTSTART. */
function yearlyOnsets(
  rule: Rule,
  firstMs: WallMs,
  offsetFromMs: number,
): Pick<Observance, 'onsetsIn' | 'lastYearUntil'> {
  const { year: firstYear, month: ownMonth, day: ownDay } = dateOf(dayOf(firstMs));
  const timeMs = modulo(firstMs, DAY_MS);
  const month = rule.months[0] ?? ownMonth;
  const { until, interval } = rule;
  const lastMs =
    until === null
      ? Number.POSITIVE_INFINITY
      : 'wall' in until
        ? until.wall
        : until.instantMs + offsetFromMs;

  const onsetsIn = (year: number) => {
    if (year < firstYear || (year - firstYear) % interval !== 0) return [];
    return daysOf(year, month, rule, ownDay)
      .map((day) => day * DAY_MS + timeMs)
      .filter((onset) => onset > firstMs && onset <= lastMs);
  };
  return {
    onsetsIn,
    lastYearUntil(year) {
      const last = Math.min(year, Number.isFinite(lastMs) ? yearOf(lastMs) : year);
      let at = last - modulo(last - firstYear, interval);
      for (let turn = 0; turn < MOST_EMPTY && at >= firstYear; turn++, at -= interval) {
        if (onsetsIn(at).length > 0) return at;
      }
      return Number.NEGATIVE_INFINITY;
    },
  };
}

/** The days of a month that a rule names. */
function daysOf(year: number, month: number, rule: Rule, ownDay: number): readonly Day[] {
  const [weekday] = rule.weekdays;
  const length = daysInMonth(year, month);
  const before = dayOfDate(year, month, 1) - 1;
  const dates = rule.monthDays.map((each) => (each < 0 ? length + 1 + each : each));
  if (weekday === undefined) {
    const named = dates.length > 0 ? dates : [ownDay];
    return named.filter((date) => date >= 1 && date <= length).map((date) => before + date);
  }
  const first = 1 + modulo(weekday.day - weekdayOf(before + 1), 7);
  const all = [0, 7, 14, 21, 28].map((later) => first + later).filter((date) => date <= length);
  const { nth } = weekday;
  const named = nth === 0 ? all : all.slice(nth > 0 ? nth - 1 : nth).slice(0, 1);
  const isNth = nth >= -all.length;
  return named
    .filter((date) => isNth && (dates.length === 0 || dates.includes(date)))
    .map((date) => before + date);
}
