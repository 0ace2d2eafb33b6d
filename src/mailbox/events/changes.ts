import { createHash } from 'node:crypto';
import { DAY_MS } from '../../calendar/days.ts';
import type { Zone } from '../../calendar/event.ts';
import { GraphError, invalidArgument } from '../../graph/error.ts';
import type { MailboxDocuments } from '../mailboxes.ts';
import { shortText } from '../settings/said.ts';
import type { EventFields } from './fields.ts';
import { type OccurrenceFields, readStored, type StoredEvent } from './form.ts';
import { addressOf, eventDocument, isEventDocument } from './ids.ts';
import { type EventInput, newFields, saidFields } from './input.ts';
import { type EventChange, full, kept } from './keeping.ts';
import { EVENT_LIMITS } from './limits.ts';
import { alignedToRecurrence, beginningAt } from './recurrence.ts';
import type { ShownEvent } from './shown.ts';
import { writeWall, zoneOf } from './time.ts';
import { checkedTimes } from './times.ts';
import { eventOfId } from './view.ts';

/** All events of a mailbox. */
export function* eventsIn(documents: MailboxDocuments): Generator<StoredEvent> {
  for (const [id, text] of documents) {
    if (isEventDocument(id)) yield readStored(text);
  }
}

/** @throws GraphError 404 when the mailbox has no such event, series or occurrence */
export function eventIn(documents: MailboxDocuments, id: string, home: Zone): ShownEvent {
  const event = eventOfId(id, home, (eventId) => {
    const text = documents.get(eventDocument(eventId));
    return text === undefined ? undefined : readStored(text);
  });
  if (event !== undefined) return event;
  throw new GraphError(
    404,
    'ErrorItemNotFound',
    'The specified object was not found in the store.',
  );
}

/**
 * A new event. The same transactionId again makes no other one (Graph's page of the event): a request that
 * asks for the same finds what the first one made, any other is refused.
 * @throws GraphError
 */
export function created(
  documents: MailboxDocuments,
  input: EventInput,
  id: string,
  nowMs: number,
): EventChange {
  const { transactionId, ...said } = input;
  const transaction =
    transactionId == null
      ? null
      : { id: shortText(transactionId, 'TransactionId'), digest: digestOf(said) };
  const before = transaction === null ? undefined : madeBy(documents, transaction.id);
  if (before !== undefined) {
    if (before.transaction?.digest === transaction?.digest) return { edits: [], event: before };
    throw new GraphError(
      409,
      'ErrorDuplicateTransactionId',
      "Your request can't be completed. The TransactionId specified in the request has already been used to create a different event.",
    );
  }
  if ([...documents.keys()].filter(isEventDocument).length >= EVENT_LIMITS.events) {
    throw full(`the calendar has ${EVENT_LIMITS.events} events, which is the most`);
  }
  const fields = alignedToRecurrence(newFields(saidFields(said)));
  const event: StoredEvent = {
    id,
    createdMs: nowMs,
    modifiedMs: nowMs,
    revision: 1,
    transaction,
    fields,
    exceptions: {},
    removed: [],
  };
  return kept(documents, event);
}

/** The event that a transaction made. */
function madeBy(documents: MailboxDocuments, transactionId: string): StoredEvent | undefined {
  const written = JSON.stringify(transactionId);
  for (const [id, text] of documents) {
    // To read all of a calendar takes longer than to look for a word in it.
    if (!isEventDocument(id) || !text.includes(written)) continue;
    const event = readStored(text);
    if (event.transaction?.id === transactionId) return event;
  }
  return undefined;
}

/**
 * An event, a series or one occurrence with some of its properties changed. A series whose times or
 * recurrence become others begins anew: its occurrences aren't those that were changed or removed, and
 * Outlook forgets these too (MS-OXOCAL, section 3.1.4.7.3.5).
 * @throws GraphError
 */
export function updated(
  documents: MailboxDocuments,
  shown: ShownEvent,
  said: Partial<EventFields>,
  nowMs: number,
): EventChange {
  const { stored } = shown;
  if (shown.originalStartMs !== null) return changedOccurrence(documents, shown, said, nowMs);
  const merged = { ...stored.fields, ...said };
  if (said.start !== undefined && said.recurrence === undefined) {
    merged.recurrence = beginningAt(merged.recurrence, merged.start);
  }
  const fields = alignedToRecurrence({ ...merged, ...checkedTimes(merged) });
  const begins = isSameSeries(stored.fields, fields) ? {} : { exceptions: {}, removed: [] };
  return kept(documents, { ...touched(stored, nowMs), fields, ...begins });
}

/** Without the event, the series, or the one occurrence. */
export function removed(
  documents: MailboxDocuments,
  { id, stored, originalStartMs }: ShownEvent,
  nowMs: number,
): EventChange {
  const { occurrence } = addressOf(id);
  if (originalStartMs === null || occurrence === null) {
    return { edits: [{ id: eventDocument(stored.id), text: undefined }], event: stored };
  }
  const { [occurrence]: _, ...exceptions } = stored.exceptions;
  const without = [...stored.removed, occurrence];
  return kept(documents, { ...touched(stored, nowMs), exceptions, removed: without });
}

function changedOccurrence(
  documents: MailboxDocuments,
  shown: ShownEvent,
  said: Partial<EventFields>,
  nowMs: number,
): EventChange {
  const { stored, fields, slot, endsAtMs, startsAtMs } = shown;
  const { occurrence } = addressOf(shown.id);
  if (occurrence === null) throw new TypeError(`'${shown.id}' names no occurrence`);
  if (said.recurrence != null) {
    throw invalidArgument('[Recurrence]: An occurrence has no recurrence of its own.');
  }
  const { recurrence: _, iCalUId: __, ...rest } = said;
  const wholeDays = slot.start.wall + slot.length.days * DAY_MS;
  const at = (name: 'start' | 'end') => {
    const { timeZone } = fields[name];
    const zone = zoneOf(timeZone, 'Start.TimeZone');
    const instantMs = name === 'start' ? startsAtMs : endsAtMs;
    const wall = name === 'start' ? slot.start.wall : wholeDays;
    return { dateTime: writeWall(slot.isAllDay ? wall : zone.wallOf(instantMs)), timeZone };
  };
  const changed: OccurrenceFields = {
    ...stored.exceptions[occurrence],
    start: at('start'),
    end: at('end'),
    ...rest,
  };
  const times = checkedTimes({ ...stored.fields, ...changed });
  const exceptions = { ...stored.exceptions, [occurrence]: { ...changed, ...times } };
  return kept(documents, { ...touched(stored, nowMs), exceptions });
}

function touched(event: StoredEvent, nowMs: number): StoredEvent {
  return { ...event, modifiedMs: Math.max(nowMs, event.modifiedMs), revision: event.revision + 1 };
}

function isSameSeries(before: EventFields, after: EventFields): boolean {
  const when = ({ start, end, isAllDay, recurrence }: EventFields) =>
    JSON.stringify([start, end, isAllDay, recurrence]);
  return when(before) === when(after);
}

/** The same for the same request, whatever the order of its properties. */
function digestOf(said: object): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(said)))
    .digest('base64');
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, inner]) => [name, sorted(inner)]);
}
