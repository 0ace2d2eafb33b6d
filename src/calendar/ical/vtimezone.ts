import { DAY_MS, dateOf, dayOf, dayOfDate } from '../days.ts';
import type { Zone } from '../event.ts';
import { instantAt } from '../zones.ts';
import { MOST_OBSERVANCES, MOST_ONSETS, MOST_ZONE_RULES } from './bounds.ts';
import type { Component } from './components.ts';
import { Unreadable } from './errors.ts';
import { type Observance, observanceOf } from './observance.ts';

/** From that instant on the clocks are so far ahead of UTC. */
interface Transition {
  readonly instantMs: number;
  readonly offsetMs: number;
}

/** The offset with which a year of UTC begins, and its transitions in order. */
interface Year {
  readonly firstOffsetMs: number;
  readonly transitions: readonly Transition[];
}

/** Years whose transitions are kept; beyond it they are worked out anew. */
const MOST_YEARS = 300;

/**
 * The clocks that a VTIMEZONE describes (RFC 5545, section 3.6.5): at each onset of one of its parts they
 * go over to that part's offset. Before the first onset they show what it is said to come from.
 * @throws Unreadable
 */
export function zoneOf(name: string, definition: Component): Zone {
  if (definition.parts.length === 0) throw new Unreadable('has neither STANDARD nor DAYLIGHT');
  if (definition.parts.length > MOST_OBSERVANCES) throw new Unreadable('has too many parts');
  // STANDARD after DAYLIGHT: where both begin at the same instant, as Exchange writes zones that have no
  // daylight time, the later one counts.
  const observances = definition.parts
    .toSorted((one, other) => Number(one.name === 'standard') - Number(other.name === 'standard'))
    .map(observanceOf);
  const onsets = observances.reduce((sum, { singles }) => sum + singles.length, 0);
  const rules = observances.filter(({ hasRule }) => hasRule).length;
  if (onsets > MOST_ONSETS || rules > MOST_ZONE_RULES) throw new Unreadable('has too many onsets');

  const offsetAt = offsets(observances);
  return {
    name,
    wallOf: (instantMs) => instantMs + offsetAt(instantMs),
    instantOf: (wall) => instantAt(wall, offsetAt),
  };
}

function offsets(observances: readonly Observance[]): (instantMs: number) => number {
  const transitionsIn = remembered((year) => transitionsOf(year, observances));
  const yearOf = remembered((year): Year => {
    const startMs = dayOfDate(year, 1, 1) * DAY_MS;
    const endMs = dayOfDate(year + 1, 1, 1) * DAY_MS;
    // An onset of New Year's Eve may be next year's in UTC, and the other way round.
    const near = [year - 1, year, year + 1].flatMap(transitionsIn);
    const passed = near.findLast(({ instantMs }) => instantMs < startMs);
    return {
      firstOffsetMs: (passed ?? lastIn(year - 2))?.offsetMs ?? earliest(observances).offsetFromMs,
      transitions: near.filter(({ instantMs }) => instantMs >= startMs && instantMs < endMs),
    };
  });
  const lastIn = (year: number) => {
    const last = Math.max(...observances.map((each) => each.lastYearUntil(year)));
    return Number.isFinite(last) ? transitionsIn(last).at(-1) : undefined;
  };

  return (instantMs) => {
    const { transitions, firstOffsetMs } = yearOf(dateOf(dayOf(instantMs)).year);
    const passed = transitions.findLast((each) => each.instantMs <= instantMs);
    return passed?.offsetMs ?? firstOffsetMs;
  };
}

/** Those whose wall clocks show that year, in order. */
function transitionsOf(year: number, observances: readonly Observance[]): readonly Transition[] {
  return observances
    .flatMap(({ onsetsIn, offsetFromMs, offsetToMs }) =>
      onsetsIn(year).map((onset) => ({ instantMs: onset - offsetFromMs, offsetMs: offsetToMs })),
    )
    .sort((one, other) => one.instantMs - other.instantMs);
}

function remembered<Value>(find: (year: number) => Value): (year: number) => Value {
  const years = new Map<number, Value>();
  return (year) => {
    const known = years.get(year);
    if (known !== undefined) return known;
    if (years.size === MOST_YEARS) years.clear();
    const value = find(year);
    years.set(year, value);
    return value;
  };
}

function earliest(observances: readonly Observance[]): Observance {
  return observances.reduce((one, other) =>
    other.firstMs - other.offsetFromMs < one.firstMs - one.offsetFromMs ? other : one,
  );
}
