import { type Effort, TooMuchEffort } from '../calendar/effort.ts';
import type { CalendarEvent, CalendarTime, Rule, Slot, Zone } from '../calendar/event.ts';
import { spanKindOf } from '../calendar/showing.ts';
import { spansOf } from '../calendar/spans.ts';
import { NEVER_MS } from '../engine/facts.ts';

/** How far ahead it is looked for the next occurrence of a series that may be at its end. */
const HORIZON_MS = 400 * 86_400_000;

/**
 * When something of an event that shows in presence may begin next, at `fromMs` or later: too early rather
 * than too late, and `NEVER_MS` when nothing does.
 * @throws TypeError, RangeError for an event that makes no sense
 */
export function comesMs(event: CalendarEvent, fromMs: number, home: Zone, effort: Effort): number {
  const { start, recurrence } = event;
  const firstOf = (times: readonly CalendarTime[]) => {
    const instants = times.map((time) => instantOf(time, home));
    return instants.reduce(
      (first, atMs) => (atMs >= fromMs && atMs < first ? atMs : first),
      NEVER_MS,
    );
  };
  const moved = (recurrence?.moved ?? []).filter(({ to }) => shows(to));
  let firstMs = firstOf(moved.map(({ to }) => to.start));
  if (!shows(event)) return firstMs;
  const added = recurrence?.added ?? [];
  firstMs = Math.min(firstMs, firstOf([start, ...added.map((each) => each.start)]));
  // No rule names anything before the start.
  if (instantOf(start, home) >= fromMs) return firstMs;
  for (const rule of recurrence?.rules ?? []) {
    if (!goesOn(rule, fromMs, start.zone ?? home)) continue;
    // One that ends after so many times may have ended long ago.
    const ruleMs = rule.count === null ? fromMs : nextOf(event, fromMs, home, effort);
    firstMs = Math.min(firstMs, ruleMs);
  }
  return firstMs;
}

function nextOf(event: CalendarEvent, fromMs: number, home: Zone, effort: Effort): number {
  const toMs = fromMs + HORIZON_MS;
  try {
    const [next] = spansOf([event], { fromMs, toMs }, home, effort);
    // Where there is none, it is looked again then.
    return Math.max(fromMs, next?.startsAtMs ?? toMs);
  } catch (error) {
    if (error instanceof TooMuchEffort) return fromMs;
    throw error;
  }
}

function goesOn({ until }: Rule, fromMs: number, zone: Zone): boolean {
  if (until === null) return true;
  return ('wall' in until ? zone.instantOf(until.wall) : until.instantMs) >= fromMs;
}

function shows(slot: Slot): boolean {
  return spanKindOf(slot) !== undefined;
}

function instantOf({ wall, zone }: CalendarTime, home: Zone): number {
  return (zone ?? home).instantOf(wall);
}
