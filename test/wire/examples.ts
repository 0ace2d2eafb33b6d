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
  updateSubscription: { expirationDateTime: inAnHour() },
};

/** By the clock that wire tests begin with. */
function inAnHour(): string {
  return new Date(START + 60 * 60_000).toISOString();
}

/** A path of the route table with a user and a session put in; its subscription is nobody's. */
export function fillIn(path: string, user = USER, sessionId = APP): string {
  return path
    .replace(':user', user)
    .replace(':session', sessionId)
    .replace(':size', '48x48')
    .replace(':subscription', STRANGER);
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
      path: fillIn(path),
      body: EXAMPLE_BODIES[operation],
      me: /^\/me(\/|$)/.test(path),
    })),
  );
}
