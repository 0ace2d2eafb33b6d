import type { CalendarEvent, Rule } from '../../src/calendar/event.ts';

/**
 * A second way to find when a calendar takes up time, so plain that it is right if it can be read: it looks at
 * each day and says whether the rule names it, at each minute and says what a clock shows then, and marks the
 * minutes that an occurrence takes. It shares nothing with the code that it judges but the form of an event.
 * Slow, for whole minutes only, and for rules of at least an hour.
 */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MINUTES_A_DAY = 1440;

/** What a zone's clocks show at each minute of a stretch of time, and when they first show it. */
export class Clocks {
  readonly #firstWall: number;
  /** By minutes since `#firstWall`: the minute, since 1970, at which they first show it; 0 for never. */
  readonly #minuteOf: Int32Array;

  constructor(zone: string, fromMs: number, toMs: number) {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    const first = fromMs / MINUTE_MS;
    const last = toMs / MINUTE_MS;
    this.#firstWall = first - MINUTES_A_DAY;
    this.#minuteOf = new Int32Array(last - first + 2 * MINUTES_A_DAY);
    let offset = 0;
    for (let minute = first; minute < last; minute += 1) {
      // Clocks are changed at full and half hours of UTC alone, these days.
      if (minute % 30 === 0) {
        const shown = format
          .format(minute * MINUTE_MS)
          .split(/\D+/)
          .map(Number);
        const [month = 0, day = 0, year = 0, hour = 0, clock = 0] = shown;
        offset = Date.UTC(year, month - 1, day, hour, clock) / MINUTE_MS - minute;
      }
      const at = minute + offset - this.#firstWall;
      if (this.#minuteOf[at] === 0) this.#minuteOf[at] = minute;
    }
  }

  /** What is never shown is read as if the clock hadn't been changed. */
  minuteOf(wall: number): number {
    for (let back = 0; back <= 2 * MINUTES_A_DAY; back += 1) {
      const minute = this.#minuteOf[wall - back - this.#firstWall] ?? 0;
      if (minute !== 0) return minute + back;
    }
    throw new RangeError(`${new Date(wall * MINUTE_MS).toISOString()} is outside`);
  }
}

/** A day, as a rule sees it. */
class CivilDay {
  readonly number: number;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Monday is 1. */
  readonly weekday: number;

  constructor(number: number) {
    const date = new Date(number * DAY_MS);
    this.number = number;
    this.year = date.getUTCFullYear();
    this.month = date.getUTCMonth() + 1;
    this.day = date.getUTCDate();
    this.weekday = date.getUTCDay() === 0 ? 7 : date.getUTCDay();
  }

  plus(days: number): CivilDay {
    return new CivilDay(this.number + days);
  }

  /** Its place in its month, from both ends. */
  get inMonth(): number[] {
    const next = Date.UTC(this.year, this.month, 1) / DAY_MS;
    return [this.day, this.number - next];
  }

  get inYear(): number[] {
    const first = Date.UTC(this.year, 0, 1) / DAY_MS;
    const next = Date.UTC(this.year + 1, 0, 1) / DAY_MS;
    return [this.number - first + 1, this.number - next];
  }

  firstOfWeek(weekStart: number): CivilDay {
    let day: CivilDay = this;
    while (day.weekday !== weekStart) day = day.plus(-1);
    return day;
  }
}

/** A week is of the year that has most of it, so of that of its fourth day. */
const middleOfWeek = (day: CivilDay, rule: Rule) => day.firstOfWeek(rule.weekStart).plus(3);

/** Counted in sevens from either end. */
const inSevens = (places: number[]) =>
  places.map((place) => Math.sign(place) * Math.ceil(Math.abs(place) / 7));

function names(values: readonly number[], of: number[]): boolean {
  return of.some((each) => values.includes(each));
}

/** Whether the parts that choose days name this one. */
function namesDay(rule: Rule, day: CivilDay, start: CivilDay): boolean {
  const { frequency, months, weeks, yearDays, monthDays, weekdays } = rule;
  if (months.length > 0 && !months.includes(day.month)) return false;
  if (weeks.length > 0 && !names(weeks, inSevens(middleOfWeek(day, rule).inYear))) return false;
  if (yearDays.length > 0 && !names(yearDays, day.inYear)) return false;
  if (monthDays.length > 0 && !names(monthDays, day.inMonth)) return false;
  if (weekdays.length > 0) {
    const isOfYear = frequency === 'yearly' && months.length === 0;
    const places = [0, ...inSevens(isOfYear ? day.inYear : day.inMonth)];
    return weekdays.some((each) => each.day === day.weekday && places.includes(each.nth));
  }
  if (yearDays.length > 0 || monthDays.length > 0) return true;
  // Nothing says which day of the period is meant, so it is the start's.
  if (frequency === 'weekly' || weeks.length > 0) return day.weekday === start.weekday;
  if (frequency === 'monthly') return day.day === start.day;
  if (frequency !== 'yearly') return true;
  return day.day === start.day && (months.length > 0 || day.month === start.month);
}

/** Which year, month, week, day or hour it is. */
function periodOf(rule: Rule, wall: number): number {
  const day = new CivilDay(Math.floor(wall / MINUTES_A_DAY));
  if (rule.frequency === 'hourly') return Math.floor(wall / 60);
  if (rule.frequency === 'daily') return day.number;
  if (rule.frequency === 'weekly') return middleOfWeek(day, rule).number / 7;
  if (rule.frequency === 'monthly') return day.year * 12 + day.month;
  return rule.weeks.length > 0 ? middleOfWeek(day, rule).year : day.year;
}

/** The times of day that the rule names, in minutes. */
function timesOf(rule: Rule, startTime: number): number[] {
  const times: number[] = [];
  for (let time = 0; time < MINUTES_A_DAY; time += 1) {
    const hour = Math.floor(time / 60);
    const ofStart = rule.frequency === 'hourly' ? hour : Math.floor(startTime / 60);
    const hours = rule.hours.length > 0 ? rule.hours : [ofStart];
    const minutes = rule.minutes.length > 0 ? rule.minutes : [startTime % 60];
    if (hours.includes(hour) && minutes.includes(time % 60)) times.push(time);
  }
  return times;
}

/** All wall clocks, in minutes, at which a rule has an occurrence from its start to the end of a day. */
function wallsOf(rule: Rule, start: number, lastDay: number): number[] {
  const startDay = new CivilDay(Math.floor(start / MINUTES_A_DAY));
  const startPeriod = periodOf(rule, start);
  const times = timesOf(rule, start % MINUTES_A_DAY);
  const sets = new Map<number, number[]>();
  // From a year before the start to a year after the end, as a set may be larger than what is seen of it.
  for (let number = startDay.number - 400; number <= lastDay + 400; number += 1) {
    if (!namesDay(rule, new CivilDay(number), startDay)) continue;
    for (const time of times) {
      const wall = number * MINUTES_A_DAY + time;
      const period = periodOf(rule, wall);
      if ((period - startPeriod) % rule.interval !== 0) continue;
      sets.set(period, [...(sets.get(period) ?? []), wall]);
    }
  }
  const found = new Set([start]);
  for (const set of sets.values()) {
    for (const [at, wall] of set.entries()) {
      const isMeant =
        rule.positions.length === 0 || names(rule.positions, [at + 1, at - set.length]);
      if (isMeant && wall > start) found.add(wall);
    }
  }
  const { count, until } = rule;
  const last =
    until !== null && 'wall' in until ? until.wall / MINUTE_MS : Number.POSITIVE_INFINITY;
  return [...found]
    .sort((a, b) => a - b)
    .slice(0, count ?? found.size)
    .filter((wall) => wall === start || wall <= last);
}

/** A byte for each minute from `fromMs` until `toMs`: 1 while an occurrence goes on. */
export function minutesTaken(
  { recurrence, start, length }: CalendarEvent,
  clocks: Clocks,
  fromMs: number,
  toMs: number,
): Uint8Array {
  const taken = new Uint8Array((toMs - fromMs) / MINUTE_MS);
  for (const rule of recurrence?.rules ?? []) {
    const lastDay = Math.ceil(toMs / DAY_MS) + 1;
    for (const wall of wallsOf(rule, start.wall / MINUTE_MS, lastDay)) {
      if (wall >= lastDay * MINUTES_A_DAY) continue;
      const begin = clocks.minuteOf(wall) - fromMs / MINUTE_MS;
      const days = clocks.minuteOf(wall + length.days * MINUTES_A_DAY) - fromMs / MINUTE_MS;
      const end = days + length.ms / MINUTE_MS;
      for (let minute = begin; minute < end; minute += 1) {
        if (minute >= 0 && minute < taken.length) taken[minute] = 1;
      }
    }
  }
  return taken;
}

/** The edges of what is marked, as pairs of Unix times. */
export function edgesOf(taken: Uint8Array, fromMs: number): number[][] {
  const edges: number[][] = [];
  let sinceMs: number | undefined;
  for (let minute = 0; minute <= taken.length; minute += 1) {
    const atMs = fromMs + minute * MINUTE_MS;
    const isTaken = taken[minute] === 1;
    if (isTaken) sinceMs ??= atMs;
    if (!isTaken && sinceMs !== undefined) {
      edges.push([sinceMs, atMs]);
      sinceMs = undefined;
    }
  }
  return edges;
}
