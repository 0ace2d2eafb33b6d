import type { Route } from '../../src/http/route.ts';
import { APP, preferred, START, STRANGER, session, USER } from './porchlight.ts';

/** A body that each operation takes, by its name. */
export const EXAMPLE_BODIES: Readonly<Record<string, object>> = {
  getPresencesByUserId: { ids: [USER] },
  setPresence: session('Busy/InACall', 'PT1H'),
  clearPresence: { sessionId: APP },
  setUserPreferredPresence: preferred('Busy/Busy', 'PT8H'),
  clearUserPreferredPresence: {},
  setStatusMessage: {
    statusMessage: {
      message: { content: 'Back at five', contentType: 'text' },
      expiryDateTime: { dateTime: '2026-11-21T17:00:00.0000000', timeZone: 'Europe/Berlin' },
    },
  },
  updatePresence: preferred('Away/Away'),
  updatePresenceSession: preferred('Available/Available'),
  createSubscription: {
    changeType: 'updated',
    notificationUrl: 'https://receiver.example/notifications',
    resource: `communications/presences?$filter=id in ('${USER}')`,
    expirationDateTime: inAnHour(),
    clientState: 'what only we know',
    includeResourceData: false,
  },
  setManualLocation: { workLocationType: 'office', placeId: 'Berlin, third floor' },
  setAutomaticLocation: { workLocationType: 'remote' },
  updateMailboxSettings: {
    automaticRepliesSetting: {
      status: 'scheduled',
      externalAudience: 'all',
      scheduledStartDateTime: { dateTime: '2026-12-21T18:00:00.0000000', timeZone: 'UTC' },
      scheduledEndDateTime: { dateTime: '2027-01-04T08:00:00.0000000', timeZone: 'UTC' },
      internalReplyMessage: '<html><body><p>Back in January</p></body></html>',
      externalReplyMessage: 'Back in January',
    },
    timeZone: 'Europe/Berlin',
    workingHours: {
      daysOfWeek: ['monday', 'tuesday'],
      startTime: '09:00:00.0000000',
      endTime: '18:30:00.0000000',
      timeZone: { name: 'W. Europe Standard Time' },
    },
  },
  createEvent: {
    subject: 'Planning',
    body: { contentType: 'html', content: '<p>What is next</p>' },
    start: { dateTime: '2026-11-21T10:00:00', timeZone: 'Europe/Berlin' },
    end: { dateTime: '2026-11-21T11:00:00', timeZone: 'Europe/Berlin' },
    isAllDay: false,
    showAs: 'busy',
    location: { displayName: 'Room 4' },
    attendees: [{ type: 'required', emailAddress: { address: 'mira@contoso.example' } }],
    reminderMinutesBeforeStart: 15,
    recurrence: {
      pattern: { type: 'weekly', interval: 1, daysOfWeek: ['saturday'] },
      range: { type: 'noEnd', startDate: '2026-11-21' },
    },
  },
  updateEvent: { subject: 'Planning again', showAs: 'tentative' },
  accept: { Comment: 'Yes', SendResponse: false },
  tentativelyAccept: { Comment: 'Maybe' },
  decline: { Comment: 'No' },
  cancel: { Comment: 'Not now' },
  updateSubscription: { expirationDateTime: inAnHour() },
};

/** What an operation needs in its query. */
const EXAMPLE_QUERIES: Readonly<Record<string, string>> = {
  listCalendarView: '?startDateTime=2026-11-21T00:00:00Z&endDateTime=2026-11-28T00:00:00Z',
  listInstances: '?startDateTime=2026-11-21T00:00:00Z&endDateTime=2026-11-28T00:00:00Z',
};

/** By the clock that wire tests begin with. */
function inAnHour(): string {
  return new Date(START + 60 * 60_000).toISOString();
}

/** A path of the route table with a user and a session put in; its subscription or event is nobody's. */
export function fillIn(path: string, user = USER, sessionId = APP): string {
  return path
    .replace(':user', user)
    .replace(':session', sessionId)
    .replace(':size', '48x48')
    .replace(':setting', 'timeZone')
    .replace(':subscription', STRANGER)
    .replace(':event', STRANGER);
}

export interface ExampleRequest {
  readonly operation: string;
  readonly method: Route['method'];
  /** Below the version. */
  readonly path: string;
  readonly body: object | undefined;
  /** Whether the path is about the caller, so that it needs a signed-in user. */
  readonly me: boolean;
}

/** A request that works for each path of the route table. */
export function exampleRequests(routes: readonly Route[]): readonly ExampleRequest[] {
  return routes.flatMap(({ operation, method, paths }) =>
    paths.map((path) => ({
      operation,
      method,
      path: `${fillIn(path)}${EXAMPLE_QUERIES[operation] ?? ''}`,
      body: EXAMPLE_BODIES[operation],
      me: /^\/me(\/|$)/.test(path),
    })),
  );
}
