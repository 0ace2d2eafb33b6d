import { expect } from 'vitest';
import type { Inbox, Porchlight, TokenOptions } from '../../src/testing.ts';

/** A small client of Graph's API with a token of its own for each request, as the clock moves. */
export function as(porch: Porchlight, options: TokenOptions = {}) {
  return async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${porch.url}/v1.0${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await porch.token(options)}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    expect(response.status, `${method} ${path}: ${text}`).toBeLessThan(300);
    return text === '' ? undefined : JSON.parse(text);
  };
}

/** An application sets a user's session, for four hours unless it says otherwise. */
export async function set(
  porch: Porchlight,
  user: string,
  pair: string,
  expirationDuration = 'PT4H',
): Promise<void> {
  const [availability, activity] = pair.split('/');
  const { id } = porch.user(user);
  const body = { sessionId: porch.tenant.appId, availability, activity, expirationDuration };
  await as(porch)('POST', `/users/${id}/presence/setPresence`, body);
}

/** `Busy/InACall`. */
export async function shown(porch: Porchlight, user: string): Promise<string> {
  const presence = await as(porch)('GET', `/users/${porch.user(user).id}/presence`);
  const { availability, activity } = presence as { availability: string; activity: string };
  return `${availability}/${activity}`;
}

export interface Subscribing {
  readonly users?: readonly string[];
  readonly lifetimeMs?: number;
  /** Who subscribes. */
  readonly by?: string;
  readonly expiresIn?: string;
  readonly more?: object;
}

/** Subscribes an inbox, or another address, to users' presence; gives the subscription's id. */
export async function subscribe(
  porch: Porchlight,
  to: Inbox | string,
  options: Subscribing = {},
): Promise<string> {
  const { users = ['ada'], lifetimeMs = 50 * 60_000, by = 'bruno', expiresIn = 'PT1H' } = options;
  const url = typeof to === 'string' ? to : to.url;
  const ids = users.map((name) => `'${porch.user(name).id}'`).join(',');
  const subscription = await as(porch, { user: by, expiresIn })('POST', '/subscriptions', {
    changeType: 'updated',
    notificationUrl: url,
    lifecycleNotificationUrl: url,
    resource: `/communications/presences?$filter=id in (${ids})`,
    expirationDateTime: new Date(porch.now.getTime() + lifetimeMs).toISOString(),
    clientState: 'mine',
    ...options.more,
  });
  return (subscription as { id: string }).id;
}
