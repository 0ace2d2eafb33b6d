import { DAY_MS, dayOf } from './days.ts';
import type { Effort } from './effort.ts';
import type { Rule, WallMs } from './event.ts';
import { dayMatcher } from './matching.ts';
import { periodsOf, SHORT_PERIODS_MS } from './periods.ts';
import { timeMatcher, timesOfPeriod } from './times-of-day.ts';

/** From `from` until just before `to`. */
export interface WallWindow {
  readonly from: WallMs;
  readonly to: WallMs;
}

/**
 * When the occurrences of a rule begin that begin within a window, in order, each once. The start is the
 * first of them whether the rule names it or not, and counts ("DTSTART … always counts as the first
 * occurrence", RFC 5545, section 3.3.10).
 *
 * Goes straight to the window, unless the rule counts its occurrences: then they are counted from the start,
 * but for rules of which every period has as many as every other.
 *
 * An `until` that is an instant is left to the caller, who knows the zone.
 * @throws TooMuchEffort
 */
export function recurring(
  rule: Rule,
  start: WallMs,
  window: WallWindow,
  effort: Effort,
): readonly WallMs[] {
  const found = start >= window.from && start < window.to ? [start] : [];
  const untilMs = rule.until !== null && 'wall' in rule.until ? rule.until.wall : Infinity;
  const lastMs = Math.min(untilMs, window.to - 1);
  if (lastMs <= start) return found;

  const { of, beginOf } = periodsOf(rule);
  const first = of(start);
  const nextFrom = (wall: WallMs) =>
    first + Math.max(0, Math.ceil((of(wall) - first) / rule.interval)) * rule.interval;

  let left = rule.count === null ? Infinity : rule.count - 1;
  // Sets of which positions are taken, or whose members are counted, are needed whole.
  const isWhole = rule.positions.length > 0 || rule.count !== null;
  const setOf = setMaker(rule, start, isWhole ? { from: -Infinity, to: Infinity } : window, effort);
  let period = rule.count === null ? nextFrom(Math.max(window.from, start)) : first;

  for (;;) {
    const begin = beginOf(period);
    if (begin > lastMs || left <= 0) return found;
    effort.spend();
    const set = setOf(begin, beginOf(period + 1));
    for (const wall of set ?? []) {
      if (wall <= start) continue;
      if (wall > lastMs || left <= 0) return found;
      left -= 1;
      if (wall >= window.from) found.push(wall);
    }
    if (set === undefined) {
      period = nextFrom((dayOf(begin) + 1) * DAY_MS);
    } else if (period === first && rule.count !== null && isEven(rule)) {
      period = Math.max(first + rule.interval, nextFrom(window.from));
      const second = first + rule.interval;
      const size = setOf(beginOf(second), beginOf(second + 1))?.length ?? 0;
      left -= size * ((period - second) / rule.interval);
    } else {
      period += rule.interval;
    }
  }
}

/** Whether each whole period of the rule has as many occurrences as each other. */
function isEven({ frequency, months, monthDays, weekdays, ...rule }: Rule): boolean {
  if (months.length + monthDays.length + rule.yearDays.length + rule.weeks.length > 0) return false;
  return frequency === 'weekly' || (frequency === 'daily' && weekdays.length === 0);
}

/**
 * What makes the sets of a rule: the wall clocks of one period, in order, of which the positions are taken
 * ("BYSETPOS operates on a set of recurrence instances in one interval of the recurrence rule"). Days outside
 * the window are left out. Undefined says that the period lies on a day on which the rule has nothing.
 */
function setMaker(
  rule: Rule,
  start: WallMs,
  window: WallWindow,
  effort: Effort,
): (begin: WallMs, end: WallMs) => readonly WallMs[] | undefined {
  const matches = dayMatcher(rule, dayOf(start));
  const times = timesOfPeriod(rule, start, effort);
  const shortPeriodMs = SHORT_PERIODS_MS[rule.frequency];
  if (shortPeriodMs !== undefined) {
    const isNamed = timeMatcher(rule, shortPeriodMs);
    return (begin) => {
      if (!matches(dayOf(begin))) return undefined;
      return isNamed(begin) ? chosen([begin], times, rule.positions, effort) : [];
    };
  }
  return (begin, end) => {
    const days: WallMs[] = [];
    const first = Math.max(dayOf(begin), dayOf(window.from));
    const last = Math.min(dayOf(end) - 1, dayOf(window.to));
    effort.spend(Math.max(0, last - first + 1));
    for (let day = first; day <= last; day += 1) {
      if (matches(day)) days.push(day * DAY_MS);
    }
    return chosen(days, times, rule.positions, effort);
  };
}

/** Each of the times after each of the begins; of those the positions, if there are any. */
function chosen(
  begins: readonly WallMs[],
  times: readonly number[],
  positions: readonly number[],
  effort: Effort,
): readonly WallMs[] {
  const size = begins.length * times.length;
  const walls: WallMs[] = [];
  if (positions.length === 0) {
    effort.spend(size);
    for (const begin of begins) for (const time of times) walls.push(begin + time);
    return walls;
  }
  effort.spend(positions.length);
  const places = positions.map((position) => (position > 0 ? position - 1 : size + position));
  for (const place of [...new Set(places)].sort((a, b) => a - b)) {
    const begin = begins[Math.floor(place / times.length)];
    const time = times[place % times.length];
    if (begin !== undefined && time !== undefined) walls.push(begin + time);
  }
  return walls;
}
