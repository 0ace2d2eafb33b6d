import { DAY_MS } from '../../calendar/days.ts';
import { Effort, TooMuchEffort } from '../../calendar/effort.ts';
import type { Zone } from '../../calendar/event.ts';
import { occurrences } from '../../calendar/occurrences.ts';
import { UTC } from '../../calendar/zones.ts';
import { GraphError } from '../../graph/error.ts';
import type { StoredEvent } from './form.ts';
import { addressOf, occurrenceAt, wallOfOccurrence } from './ids.ts';
import { EVENT_LIMITS } from './limits.ts';
import { modelOf } from './model.ts';
import { type ShownEvent, shownOccurrence, shownWhole } from './shown.ts';

/** What a view may take: a year of 2,000 weekly series. More would keep other requests waiting. */
const VIEW_STEPS = 1_000_000;

const forView = () => new Effort('The view', VIEW_STEPS);

/** From `fromMs` until just before `toMs`, Unix times. */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * What of a calendar lies in a range, if only in part: single events, and the occurrences of series.
 * @throws GraphError 400 when it is more than a view may be
 */
export function viewOf(events: Iterable<StoredEvent>, range: Range, home: Zone): ShownEvent[] {
  const effort = forView();
  const shown: ShownEvent[] = [];
  const isFar = farFrom(range);
  for (const event of events) {
    if (isFar(event)) continue;
    if (event.fields.recurrence !== null) {
      shown.push(...occurrencesOf(event, range, home, effort));
    } else {
      const whole = shownWhole(event, home);
      if (isIn(whole, range)) shown.push(whole);
    }
    if (shown.length > EVENT_LIMITS.occurrences) {
      throw tooMuch(`more than ${EVENT_LIMITS.occurrences} events`);
    }
  }
  return shown.sort(byStart);
}

/**
 * Tells by the dates alone, which are text that sorts, of most events that they are elsewhere: of ten years of
 * meetings a view wants a week. Zones differ by less than a day from UTC.
 */
function farFrom({ fromMs, toMs }: Range): (event: StoredEvent) => boolean {
  const from = dateOf(fromMs - DAY_MS);
  const to = dateOf(toMs + DAY_MS);
  return ({ fields: { start, end, recurrence }, exceptions }) => {
    for (const _ in exceptions) return false;
    if (start.dateTime.slice(0, 10) > to) return true;
    return recurrence === null && end.dateTime.slice(0, 10) < from;
  };
}

/** `2026-11-21`, for any instant that a request may name. */
function dateOf(instantMs: number): string {
  const least = Date.UTC(1000, 0, 1);
  const most = Date.UTC(9999, 11, 31);
  return new Date(Math.max(least, Math.min(instantMs, most))).toISOString().slice(0, 10);
}

/** The occurrences of a series that lie in a range, in no order. @throws GraphError 400 */
export function occurrencesOf(
  series: StoredEvent,
  range: Range,
  home: Zone,
  whole: Effort = forView(),
): ShownEvent[] {
  try {
    const found = occurrences(modelOf(series), range, home, Effort.forEvent(series.id, whole));
    return found.map(({ from, slot }) => {
      // Whole days have no zone: the real service writes the midnight they begin at as one in UTC.
      const originalMs = (from.zone ?? UTC).instantOf(from.wall);
      return shownOccurrence(series, occurrenceAt(from.wall), slot, originalMs, home);
    });
  } catch (error) {
    if (error instanceof TooMuchEffort) throw tooMuch('more work than a request may make');
    throw error;
  }
}

/**
 * The event, series or occurrence that an id names; undefined where there is none.
 * @param find the event of an id
 */
export function eventOfId(
  id: string,
  home: Zone,
  find: (eventId: string) => StoredEvent | undefined,
): ShownEvent | undefined {
  const { eventId, occurrence } = addressOf(id);
  const event = find(eventId);
  if (event === undefined) return undefined;
  return occurrence === null ? shownWhole(event, home) : namedOccurrence(event, occurrence, home);
}

function namedOccurrence(
  series: StoredEvent,
  occurrence: string,
  home: Zone,
): ShownEvent | undefined {
  const wall = wallOfOccurrence(occurrence);
  if (wall === undefined || series.fields.recurrence === null) return undefined;
  // Where it would be, were nothing said of it: what was moved is elsewhere.
  const plain = { ...series, exceptions: {} };
  const zone = shownWhole(series, home).slot.start.zone ?? home;
  const fromMs = zone.instantOf(wall);
  const isOne = occurrencesOf(plain, { fromMs, toMs: fromMs + 1 }, home).some(
    ({ id }) => addressOf(id).occurrence === occurrence,
  );
  if (!isOne) return undefined;
  const changed = series.exceptions[occurrence];
  const whole = shownWhole({ ...series, fields: { ...series.fields, ...changed } }, home);
  const slot =
    changed === undefined ? { ...whole.slot, start: { ...whole.slot.start, wall } } : whole.slot;
  const originalMs = (whole.slot.start.zone ?? UTC).instantOf(wall);
  return shownOccurrence(series, occurrence, slot, originalMs, home);
}

/** What takes no time lies in a range that its instant is in. */
function isIn({ startsAtMs, endsAtMs }: ShownEvent, { fromMs, toMs }: Range): boolean {
  return startsAtMs < toMs && (endsAtMs > fromMs || startsAtMs >= fromMs);
}

export function byStart(one: ShownEvent, other: ShownEvent): number {
  return one.startsAtMs - other.startsAtMs || (one.id < other.id ? -1 : 1);
}

function tooMuch(what: string): GraphError {
  const message = `The calendar has ${what} in this range. Ask for a shorter one.`;
  return new GraphError(400, 'ErrorInvalidRequest', message);
}
