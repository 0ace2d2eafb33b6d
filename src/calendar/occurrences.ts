import { NEVER_MS } from '../engine/facts.ts';
import { DAY_MS, dayOf, modulo } from './days.ts';
import type { Effort } from './effort.ts';
import type { CalendarEvent, CalendarTime, Length, Rule, Slot, WallMs, Zone } from './event.ts';
import { recurring } from './recurring.ts';

/** From `fromMs` until just before `toMs`, Unix times. */
export interface InstantWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One time that an event takes place, from `startsAtMs` until just before `endsAtMs`. */
export interface Occurrence {
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  /** When it begins as its series has it, wherever it was moved to: its name among the occurrences. */
  readonly from: CalendarTime;
  readonly slot: Slot;
}

/** To find an instant and keep an occurrence is dearer than to look at a day. */
const STEPS_PER_OCCURRENCE = 8;
/** And much dearer where no other has asked the zone about that time. */
const STEPS_PER_LONG_OCCURRENCE = 80;
const LONG_MS = 400 * DAY_MS;

/** Wall clocks and instants differ by less than this, whatever the zone. */
const MAX_OFFSET_MS = DAY_MS;

/**
 * The occurrences of an event that overlap a window, in order of their starts. One without length does where
 * it lies within. An occurrence is there once, however often the calendar says so; one that was moved is
 * where it was moved to, also when the calendar removes it besides, or has nothing at `from`.
 *
 * A rule's wall clock that a daylight change skips or repeats is read "in the same manner as an explicit
 * DATE-TIME" (RFC 5545, section 3.8.5.3), not left out (3.3.10): who meets daily at 02:30 does on that day too.
 * @param home the zone of the calendar's owner, in which floating times and whole days are meant
 * @throws TooMuchEffort
 */
export function occurrences(
  event: CalendarEvent,
  window: InstantWindow,
  home: Zone,
  effort: Effort,
): readonly Occurrence[] {
  const { recurrence } = event;
  const found = recurrence === null ? [] : ofSeries(event, recurrence, window, home, effort);
  const single = recurrence === null ? [{ from: event.start, to: event }] : recurrence.moved;
  effort.spend(single.length);
  for (const { from, to } of single) {
    if (!mayOverlap(to.start.wall, to.length, window)) continue;
    effort.spend(stepsFor(to.length));
    found.push(occurrenceOf(from, to, home));
  }
  return found
    .filter((occurrence) => overlaps(occurrence, window))
    .sort((a, b) => a.startsAtMs - b.startsAtMs || a.endsAtMs - b.endsAtMs);
}

/** Those that are when the series has them: all that overlap the window, and some near it. */
function ofSeries(
  event: CalendarEvent,
  { rules, added, removed, moved }: NonNullable<CalendarEvent['recurrence']>,
  window: InstantWindow,
  home: Zone,
  effort: Effort,
): Occurrence[] {
  const { start, length, isAllDay, showAs, isCancelled, response, isFocusTime } = event;
  const standing = { isAllDay, showAs, isCancelled, response, isFocusTime };
  const byInstant = new Map<number, Occurrence>();
  const add = (from: CalendarTime, length: Length, untilMs: number) => {
    if (!mayOverlap(from.wall, length, window)) return;
    effort.spend(stepsFor(length));
    const occurrence = occurrenceOf(from, { start: from, length, ...standing }, home);
    // Of whole days some programs write the end as if they began in UTC.
    const atMs = isAllDay ? Math.min(from.wall, occurrence.startsAtMs) : occurrence.startsAtMs;
    if (atMs <= untilMs) byInstant.set(occurrence.startsAtMs, occurrence);
  };

  add(start, length, NEVER_MS);
  for (const rule of rules) {
    const untilMs = instantOfUntil(rule);
    const from = window.fromMs - MAX_OFFSET_MS - length.days * DAY_MS - length.ms;
    const to = Math.min(window.toMs, untilMs + 1) + MAX_OFFSET_MS;
    for (const wall of recurring(rule, start.wall, { from, to }, effort)) {
      if (wall !== start.wall) add({ wall, zone: start.zone }, length, untilMs);
    }
  }
  effort.spend(added.length + removed.length + moved.length);
  for (const each of added) add(each.start, each.length ?? length, NEVER_MS);

  const gone = [...removed.filter((each) => !each.isAllDay), ...moved.map(({ from }) => from)];
  const isNear = gone.length === 0 ? () => false : nearTo(byInstant.keys());
  for (const { wall, zone } of gone) {
    // To ask a zone about times at which there is nothing would be dear.
    if (!isNear(wall)) continue;
    effort.spend(STEPS_PER_OCCURRENCE);
    // Some programs write whole days as midnights of some zone or other.
    const isDay = isAllDay && modulo(wall, DAY_MS) === 0;
    byInstant.delete((isDay ? home : (zone ?? start.zone ?? home)).instantOf(wall));
  }
  const goneDays = new Set(removed.filter((each) => each.isAllDay).map(({ wall }) => dayOf(wall)));
  return [...byInstant.values()].filter(({ from }) => !goneDays.has(dayOf(from.wall)));
}

/** Whether a wall clock, in whatever zone, may be one of these instants: they are less than a day apart. */
function nearTo(instantsMs: Iterable<number>): (wall: WallMs) => boolean {
  const days = new Set([...instantsMs].map(dayOf));
  return (wall) => [-1, 0, 1].some((apart) => days.has(dayOf(wall) + apart));
}

/** When a slot is. Whole days are the owner's, whatever zone they are written in. */
function occurrenceOf(from: CalendarTime, slot: Slot, home: Zone): Occurrence {
  const { start, length, isAllDay } = slot;
  const zone = isAllDay ? home : (start.zone ?? home);
  const startsAtMs = zone.instantOf(start.wall);
  const afterDaysMs =
    length.days === 0 ? startsAtMs : zone.instantOf(start.wall + length.days * DAY_MS);
  return { startsAtMs, endsAtMs: Math.max(startsAtMs, afterDaysMs + length.ms), from, slot };
}

function overlaps({ startsAtMs, endsAtMs }: Occurrence, { fromMs, toMs }: InstantWindow): boolean {
  return startsAtMs < toMs && (endsAtMs > fromMs || startsAtMs >= fromMs);
}

/** A look at wall clocks alone, which spares asking zones about other centuries. */
function mayOverlap(wall: WallMs, length: Length, window: InstantWindow): boolean {
  const end = wall + length.days * DAY_MS + length.ms;
  return wall - MAX_OFFSET_MS < window.toMs && end + MAX_OFFSET_MS >= window.fromMs;
}

/** Of what overlaps the window, only what is long begins or ends far from it. */
function stepsFor({ days, ms }: Length): number {
  return days * DAY_MS + ms < LONG_MS ? STEPS_PER_OCCURRENCE : STEPS_PER_LONG_OCCURRENCE;
}

function instantOfUntil({ until }: Rule): number {
  return until !== null && 'instantMs' in until ? until.instantMs : NEVER_MS;
}
