import type { WallMs } from '../../calendar/event.ts';

/** Documents of a mailbox that are events. */
const PREFIX = 'event ';

export function eventDocument(eventId: string): string {
  return `${PREFIX}${eventId}`;
}

export function isEventDocument(documentId: string): boolean {
  return documentId.startsWith(PREFIX);
}

/** What an id in a request means: an event or series, or one occurrence of a series. */
export interface EventAddress {
  readonly eventId: string;
  readonly occurrence: string | null;
}

/**
 * `SERIES_20261123T090000`: an occurrence is called by when the series has it begin, on the wall clock of
 * the series. So it keeps its id when it is moved, and needs no entry anywhere before that.
 */
const OCCURRENCE = /^(.+)_(\d{8}T\d{6})$/;

export function addressOf(id: string): EventAddress {
  const [, eventId, occurrence] = OCCURRENCE.exec(id) ?? [];
  if (eventId === undefined || occurrence === undefined) return { eventId: id, occurrence: null };
  return { eventId, occurrence };
}

export function occurrenceId(eventId: string, occurrence: string): string {
  return `${eventId}_${occurrence}`;
}

/** `20261123T090000`. */
export function occurrenceAt(wall: WallMs): string {
  return new Date(wall).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
}

/** Undefined for what is no date and time, such as the 31st of November. */
export function wallOfOccurrence(occurrence: string): WallMs | undefined {
  const iso = occurrence.replace(
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)$/,
    '$1-$2-$3T$4:$5:$6.000Z',
  );
  const wall = Date.parse(iso);
  return Number.isNaN(wall) || occurrenceAt(wall) !== occurrence ? undefined : wall;
}
