import { NEVER_MS } from '../../src/engine/facts.ts';
import type { EventFields } from '../../src/mailbox/events/fields.ts';
import { writeStored } from '../../src/mailbox/events/form.ts';
import { eventDocument } from '../../src/mailbox/events/ids.ts';
import { type SaidSettings, writeSaid } from '../../src/mailbox/settings/settings.ts';
import { spansDocument, writeSpans } from '../../src/mailbox/source-spans.ts';

type Span = readonly [
  kind: 'busy' | 'focusing' | 'outOfOffice' | 'workingElsewhere',
  start: string,
  end: string,
];

/** Instants such as `2026-11-21T09:00:00Z`. */
export function spans(...given: readonly Span[]) {
  return given.map(([kind, start, end]) => ({
    kind,
    startsAtMs: Date.parse(start),
    endsAtMs: Date.parse(end),
  }));
}

/** The document of a source. */
export function sourceOf(source: string, ...given: readonly Span[]): [id: string, text: string] {
  return [spansDocument(source), writeSpans({ knownUntilMs: NEVER_MS, spans: spans(...given) })];
}

export function settingsSaid(said: SaidSettings): [id: string, text: string] {
  return ['settings', writeSaid(said)];
}

/** The document of an event in UTC, busy unless something else is said. */
export function eventOf(
  id: string,
  start: string,
  end: string,
  more: Partial<EventFields> = {},
): [id: string, text: string] {
  const fields: EventFields = {
    subject: 'Subject',
    body: { contentType: 'text', content: '' },
    start: { dateTime: start, timeZone: 'UTC' },
    end: { dateTime: end, timeZone: 'UTC' },
    isAllDay: false,
    showAs: 'busy',
    isCancelled: false,
    isOrganizer: true,
    responseStatus: { response: 'organizer', time: '0001-01-01T00:00:00Z' },
    sensitivity: 'normal',
    importance: 'normal',
    categories: [],
    locations: [],
    attendees: [],
    organizer: null,
    recurrence: null,
    iCalUId: null,
    reminderMinutesBeforeStart: 15,
    isReminderOn: true,
    isOnlineMeeting: false,
    onlineMeetingProvider: 'unknown',
    allowNewTimeProposals: true,
    responseRequested: true,
    hideAttendees: false,
    ...more,
  };
  const event = { id, createdMs: 0, modifiedMs: 0, revision: 1, transaction: null, fields };
  return [eventDocument(id), writeStored({ ...event, exceptions: {}, removed: [] })];
}

/** A recurrence as RFC 5545 says it. */
export function repeating(rule: string): Pick<EventFields, 'recurrence'> {
  return { recurrence: { '@porchlight.rrule': rule } };
}
