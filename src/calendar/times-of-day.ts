import { DAY_MS, modulo } from './days.ts';
import type { Effort } from './effort.ts';
import type { Rule, WallMs } from './event.ts';
import { SHORT_PERIODS_MS } from './periods.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SECOND_MS = 1000;

/**
 * The times of a day that a rule names, or those of a period that is shorter, in ms from its begin, in order. What
 * the rule leaves open is as at its start.
 */
export function timesOfPeriod(rule: Rule, start: WallMs, effort: Effort): readonly number[] {
  const periodMs = SHORT_PERIODS_MS[rule.frequency] ?? DAY_MS;
  const named = (values: readonly number[], unitMs: number, units: number) => {
    if (unitMs >= periodMs) return [0];
    const ofStart = modulo(Math.floor(start / unitMs), units);
    return values.length > 0 ? [...new Set(values)].sort((a, b) => a - b) : [ofStart];
  };
  const hours = named(rule.hours, HOUR_MS, 24);
  const minutes = named(rule.minutes, MINUTE_MS, 60);
  const seconds = named(secondsOf(rule), SECOND_MS, 60);
  effort.spend(hours.length * minutes.length * seconds.length);
  const fractionMs = modulo(start, SECOND_MS);
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) =>
      seconds.map(
        (second) => hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS + fractionMs,
      ),
    ),
  );
}

/** Whether a rule names the hour, minute and second at which one of its periods begins that are shorter than a day. */
export function timeMatcher(rule: Rule, periodMs: number): (begin: WallMs) => boolean {
  const limits = [
    { values: rule.hours, unitMs: HOUR_MS, units: 24 },
    { values: rule.minutes, unitMs: MINUTE_MS, units: 60 },
    { values: secondsOf(rule), unitMs: SECOND_MS, units: 60 },
  ]
    .filter(({ values, unitMs }) => values.length > 0 && unitMs >= periodMs)
    .map(({ values, unitMs, units }) => ({ named: new Set(values), unitMs, units }));
  return (begin) =>
    limits.every(({ named, unitMs, units }) =>
      named.has(modulo(Math.floor(begin / unitMs), units)),
    );
}

/** Whoever has no leap seconds "SHOULD interpret the second 60 as equivalent to the second 59" (section 3.3.12). */
function secondsOf({ seconds }: Rule): readonly number[] {
  return seconds.map((second) => Math.min(second, 59));
}
