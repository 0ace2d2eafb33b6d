import { DAY_MS } from '../../calendar/days.ts';
import { UTC } from '../../calendar/zones.ts';
import { GraphError, invalidArgument } from '../../graph/error.ts';
import type { MailboxDocuments, MailboxEdit } from '../mailboxes.ts';
import { type StoredEvent, writeStored } from './form.ts';
import { eventDocument, isEventDocument } from './ids.ts';
import { EVENT_LIMITS } from './limits.ts';
import { shownWhole } from './shown.ts';
import { occurrencesOf } from './view.ts';

/** What becomes of a mailbox, and the event that it is about. */
export interface EventChange {
  readonly edits: readonly MailboxEdit[];
  readonly event: StoredEvent;
}

/**
 * A series of which not even a day can be expanded would be in the way of everything else in its calendar.
 * @throws GraphError 400
 */
function mustExpand(series: StoredEvent): void {
  if (series.fields.recurrence === null) return;
  const { startsAtMs } = shownWhole(series, UTC);
  try {
    occurrencesOf(series, { fromMs: startsAtMs, toMs: startsAtMs + DAY_MS }, UTC);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    throw invalidArgument('[Recurrence]: The series takes place too often.');
  }
}

/** @throws GraphError 400 or 409 where the event or its mailbox would be more than they may be */
export function kept(documents: MailboxDocuments, event: StoredEvent): EventChange {
  mustExpand(event);
  const different = Object.keys(event.exceptions).length + event.removed.length;
  if (different > EVENT_LIMITS.exceptions) {
    throw full(
      `${EVENT_LIMITS.exceptions} occurrences of the series are changed or removed, which is the most`,
    );
  }
  const text = writeStored(event);
  if (text.length > EVENT_LIMITS.seriesCharacters) {
    throw full(`the series would have more than ${EVENT_LIMITS.seriesCharacters} characters`);
  }
  const id = eventDocument(event.id);
  let characters = text.length - (documents.get(id)?.length ?? 0);
  for (const [documentId, each] of documents) {
    if (isEventDocument(documentId)) characters += each.length;
  }
  if (characters > EVENT_LIMITS.mailboxCharacters) {
    throw full(`the calendar would have more than ${EVENT_LIMITS.mailboxCharacters} characters`);
  }
  return { edits: [{ id, text }], event };
}

export function full(why: string): GraphError {
  return new GraphError(409, 'Conflict', `Not kept: ${why}.`);
}
