import type { Response, ShowAs } from '../../calendar/event.ts';
import type { RecurrencePattern, RecurrenceRange } from '../../calendar/pattern.ts';
import type { DateTimeTimeZone } from '../../graph/date-time-zone.ts';

export type Sensitivity = 'normal' | 'personal' | 'private' | 'confidential';
export type Importance = 'low' | 'normal' | 'high';

export interface ItemBody {
  readonly contentType: 'text' | 'html';
  readonly content: string;
}

export interface ResponseStatus {
  readonly response: Response;
  /** ISO 8601 in UTC. */
  readonly time: string;
}

export interface EmailAddress {
  readonly name: string;
  readonly address: string;
}

export interface Attendee {
  readonly type: 'required' | 'optional' | 'resource';
  readonly status: ResponseStatus;
  readonly emailAddress: EmailAddress;
}

/** Graph's `location`: of its many parts those that clients send. */
export interface Location {
  readonly displayName: string;
  readonly [part: string]: unknown;
}

export type PatternedRecurrence =
  | { readonly pattern: RecurrencePattern; readonly range: RecurrenceRange }
  /** An addition of ours: RFC 5545's rule, as the client wrote it. */
  | { readonly '@porchlight.rrule': string };

/**
 * What is said of an event, by Graph's names and in its words: all that a client may say, and nothing that
 * follows from it.
 */
export interface EventFields {
  readonly subject: string;
  readonly body: ItemBody;
  readonly start: DateTimeTimeZone;
  readonly end: DateTimeTimeZone;
  readonly isAllDay: boolean;
  readonly showAs: ShowAs;
  readonly isCancelled: boolean;
  readonly isOrganizer: boolean;
  readonly responseStatus: ResponseStatus;
  readonly sensitivity: Sensitivity;
  readonly importance: Importance;
  readonly categories: readonly string[];
  readonly locations: readonly Location[];
  readonly attendees: readonly Attendee[];
  readonly organizer: { readonly emailAddress: EmailAddress } | null;
  readonly recurrence: PatternedRecurrence | null;
  readonly iCalUId: string | null;
  readonly reminderMinutesBeforeStart: number;
  readonly isReminderOn: boolean;
  readonly isOnlineMeeting: boolean;
  readonly onlineMeetingProvider: string;
  readonly allowNewTimeProposals: boolean;
  readonly responseRequested: boolean;
  readonly hideAttendees: boolean;
}

/** How Graph writes that nobody answered yet. */
export const NEVER_TIME = '0001-01-01T00:00:00Z';
