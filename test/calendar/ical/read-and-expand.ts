import { Effort, TooMuchEffort } from '../../../src/calendar/effort.ts';
import type { CalendarEvent } from '../../../src/calendar/event.ts';
import { BadCalendar } from '../../../src/calendar/ical/errors.ts';
import { readCalendar } from '../../../src/calendar/ical/read-calendar.ts';
import { spansOf } from '../../../src/calendar/spans.ts';
import type { CalendarSpan } from '../../../src/engine/facts.ts';
import { ADELE, zone } from './told.ts';

const DAY_MS = 86_400_000;
const HOME = zone('Europe/Berlin');

/** How far around an event its calendar is looked at: some more than presence looks ahead. */
const BEFORE_MS = 2 * DAY_MS;
const AFTER_MS = 5 * DAY_MS;

/** What became of a text: what it makes of its owner's presence, or why it is refused. */
export type Outcome =
  | { readonly events: number; readonly spans: number; readonly doubts: number }
  | { readonly refused: string };

/**
 * Reads a text and expands it around the starts of its events.
 * @param choose some of the windows' beginnings, which are in order
 * @throws anything but the two errors that are declared, and when a set of spans makes no sense.
 */
export function readAndExpand(
  text: string,
  choose: (beginnings: readonly number[]) => readonly number[] = (beginnings) => beginnings,
): Outcome {
  try {
    const { events, skipped, doubts } = readCalendar(text, ADELE);
    let spans = 0;
    for (const fromMs of choose(windowsAround(events))) {
      const window = { fromMs, toMs: fromMs + BEFORE_MS + AFTER_MS };
      const found = spansOf(events, window, HOME, Effort.forCalendar());
      const complaint = complaintAbout(found, window);
      if (complaint !== undefined) throw new Error(complaint);
      spans += found.length;
    }
    return { events: events.length, spans, doubts: doubts.length + skipped.length };
  } catch (error) {
    const isDeclared = error instanceof BadCalendar || error instanceof TooMuchEffort;
    if (!isDeclared) throw error;
    return { refused: error instanceof BadCalendar ? error.message : 'too much effort' };
  }
}

/** Beginnings of windows that together have the starts of all events, also of moved and added instances. */
function windowsAround(events: readonly CalendarEvent[]): readonly number[] {
  const starts = events.flatMap(({ start, recurrence }) => [
    start.wall,
    ...(recurrence?.moved ?? []).map(({ to }) => to.start.wall),
    ...(recurrence?.added ?? []).map((each) => each.start.wall),
  ]);
  const windows: number[] = [];
  let coveredUntil = Number.NEGATIVE_INFINITY;
  for (const wall of starts.sort((one, other) => one - other)) {
    if (wall < coveredUntil) continue;
    windows.push(wall - BEFORE_MS);
    coveredUntil = wall + AFTER_MS;
  }
  return windows;
}

function complaintAbout(
  spans: readonly CalendarSpan[],
  window: { readonly fromMs: number; readonly toMs: number },
): string | undefined {
  const ends = new Map<string, number>();
  let lastStart = Number.NEGATIVE_INFINITY;
  for (const { kind, startsAtMs, endsAtMs } of spans) {
    if (!Number.isFinite(startsAtMs) || !Number.isFinite(endsAtMs)) return 'a span without end';
    if (startsAtMs >= endsAtMs) return 'a span without length';
    if (startsAtMs < lastStart) return 'spans out of order';
    if (startsAtMs <= (ends.get(kind) ?? Number.NEGATIVE_INFINITY))
      return `${kind} spans that meet`;
    if (endsAtMs <= window.fromMs || startsAtMs >= window.toMs) return 'a span outside its window';
    lastStart = startsAtMs;
    ends.set(kind, endsAtMs);
  }
  return undefined;
}
