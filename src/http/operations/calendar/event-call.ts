import type { Call } from '../../route.ts';

/** Whose calendar a request is about. */
export function ownerOf({ caller, userId }: Call): { tenantId: string; userId: string } {
  return { tenantId: caller.tenantId, userId };
}

/** The id in the path: of an event, a series or an occurrence. Any other text is just nobody's id. */
export function eventIdOf({ params }: Call): string {
  return params.event ?? '';
}

/** Where something of a user's calendar stands: there is one calendar, which needn't be named. */
export function calendarPaths(suffix: string): string[] {
  return ['/me', '/users/:user'].flatMap((user) => [
    `${user}${suffix}`,
    `${user}/calendar${suffix}`,
  ]);
}

/** The address of something of the user's calendar. */
export function calendarAddress({ origin, version, userId }: Call, suffix: string): string {
  return `${origin}/${version}/users/${userId}${suffix}`;
}

export function contextOf({ origin, version, userId }: Call, suffix: string): string {
  return `${origin}/${version}/$metadata#users('${userId}')/${suffix}`;
}
