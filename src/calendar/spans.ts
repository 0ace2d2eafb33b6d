import type { CalendarSpan, CalendarSpanKind } from '../engine/facts.ts';
import { Effort } from './effort.ts';
import type { CalendarEvent, Zone } from './event.ts';
import { type InstantWindow, occurrences } from './occurrences.ts';
import { spanKindOf } from './showing.ts';

/**
 * The spans of time in which a calendar shows in presence: those that overlap the window, not cut off at its
 * ends. Sorted by start, then by kind; those of one kind neither overlap nor touch. What ended by `fromMs`, or
 * begins at `toMs` or later, isn't counted in, even where it touches one that is there.
 * @param effort what the whole calendar may take; each of its events may take `EVENT_STEPS` of it
 * @throws TooMuchEffort
 */
export function spansOf(
  events: Iterable<CalendarEvent>,
  window: InstantWindow,
  home: Zone,
  effort: Effort,
): readonly CalendarSpan[] {
  const spans: CalendarSpan[] = [];
  for (const event of events) {
    effort.spend();
    if (!mayShow(event)) continue;
    const ofEvent = Effort.forEvent(event.id, effort);
    for (const { slot, startsAtMs, endsAtMs } of occurrences(event, window, home, ofEvent)) {
      const kind = spanKindOf(slot);
      if (kind === undefined || endsAtMs <= Math.max(startsAtMs, window.fromMs)) continue;
      spans.push({ kind, startsAtMs, endsAtMs });
    }
  }
  return mergedSpans(spans);
}

/** Most of what never shows is told by the event alone. */
function mayShow(event: CalendarEvent): boolean {
  const moved = event.recurrence?.moved ?? [];
  return spanKindOf(event) !== undefined || moved.some(({ to }) => spanKindOf(to) !== undefined);
}

/** The same time as spans of which those of one kind neither overlap nor touch, by start, then by kind. */
export function mergedSpans(spans: readonly CalendarSpan[]): readonly CalendarSpan[] {
  const merged: CalendarSpan[] = [];
  const placeOfLast = new Map<CalendarSpanKind, number>();
  for (const span of [...spans].sort(inOrder)) {
    const place = placeOfLast.get(span.kind) ?? -1;
    const last = merged[place];
    if (last === undefined || last.endsAtMs < span.startsAtMs) {
      placeOfLast.set(span.kind, merged.push(span) - 1);
    } else if (last.endsAtMs < span.endsAtMs) {
      merged[place] = { ...last, endsAtMs: span.endsAtMs };
    }
  }
  return merged;
}

function inOrder(a: CalendarSpan, b: CalendarSpan): number {
  if (a.startsAtMs !== b.startsAtMs) return a.startsAtMs - b.startsAtMs;
  return a.kind < b.kind ? -1 : Number(a.kind > b.kind);
}
