import { DAY_MS } from '../../calendar/days.ts';
import type { Slot, Zone } from '../../calendar/event.ts';
import type { EventFields } from './fields.ts';
import type { StoredEvent } from './form.ts';
import { occurrenceId } from './ids.ts';
import { slotOf } from './model.ts';

/** An event as Graph shows it: a single one, a series, or one occurrence of a series. */
export interface ShownEvent {
  readonly id: string;
  readonly type: 'singleInstance' | 'seriesMaster' | 'occurrence' | 'exception';
  /** Of which it is, or of whose series. */
  readonly stored: StoredEvent;
  /** What is said of it; when it is, the slot says. */
  readonly fields: EventFields;
  readonly slot: Slot;
  /** Unix times in ms; whole days as the mailbox's zone has them. */
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  /** When an occurrence would have begun by the series: the instant. */
  readonly originalStartMs: number | null;
}

/** A single event, or a series by its first occurrence. */
export function shownWhole(stored: StoredEvent, home: Zone): ShownEvent {
  const slot = slotOf(stored.fields);
  return {
    id: stored.id,
    type: stored.fields.recurrence === null ? 'singleInstance' : 'seriesMaster',
    stored,
    fields: stored.fields,
    slot,
    ...instantsOf(slot, home),
    originalStartMs: null,
  };
}

/**
 * An occurrence of a series, as the series says it or otherwise.
 * @param occurrence its name
 * @param slot when it is
 */
export function shownOccurrence(
  stored: StoredEvent,
  occurrence: string,
  slot: Slot,
  originalStartMs: number,
  home: Zone,
): ShownEvent {
  const changed = stored.exceptions[occurrence];
  return {
    id: occurrenceId(stored.id, occurrence),
    type: changed === undefined ? 'occurrence' : 'exception',
    stored,
    fields: { ...stored.fields, ...changed, recurrence: null },
    slot,
    ...instantsOf(slot, home),
    originalStartMs,
  };
}

/** When a slot begins and ends; a time without a zone is on the clock of the mailbox. */
function instantsOf({ start, length }: Slot, home: Zone) {
  const zone = start.zone ?? home;
  const startsAtMs = zone.instantOf(start.wall);
  const afterDays =
    length.days === 0 ? startsAtMs : zone.instantOf(start.wall + length.days * DAY_MS);
  return { startsAtMs, endsAtMs: afterDays + length.ms };
}
