import { type CalendarFacts, type CalendarSpanKind, NEVER_MS } from './facts.ts';

/** How soon the whole calendar is looked at again when that was due and didn't happen. */
const REFILL_AGAIN_MS = 5 * 60_000;

/** Whether a span of this kind is on. */
export function isNow(
  calendar: CalendarFacts | null,
  kind: CalendarSpanKind,
  nowMs: number,
): boolean {
  if (calendar === null) return false;
  return calendar.spans.some(
    (span) => span.kind === kind && span.startsAtMs <= nowMs && nowMs < span.endsAtMs,
  );
}

/** Whether the whole calendar is to be looked at: the spans run out, or are of a revision gone by. */
export function needsRefill(calendar: CalendarFacts | null, nowMs: number): boolean {
  return calendar !== null && calendar.refillAtMs <= nowMs;
}

/**
 * The first instant after `nowMs` at which the whole calendar is to be looked at. An overdue look comes due
 * again and again: whoever was to do it may have been killed.
 */
export function refillsAtMs(calendar: CalendarFacts | null, nowMs: number): number {
  if (calendar === null) return NEVER_MS;
  const { refillAtMs } = calendar;
  if (refillAtMs > nowMs) return refillAtMs;
  const overdueMs = nowMs - refillAtMs;
  return refillAtMs + (Math.floor(overdueMs / REFILL_AGAIN_MS) + 1) * REFILL_AGAIN_MS;
}
