import { expect } from 'vitest';
import { type EventStream, openEvents, type StreamEvent } from './events.ts';
import { COLLEAGUE, type Porchlight, TENANT, type TokenOptions, USER } from './porchlight.ts';

export const STREAM = '/porchlight/presences/stream';

/** The parts of a presence that tests look at. */
export interface ToldPresence {
  readonly id: string;
  readonly availability: string;
  readonly activity: string;
  readonly sequenceNumber: string | null;
  readonly statusMessage: { readonly message: { readonly content: string } } | null;
}

export interface WatchOptions extends TokenOptions {
  readonly lastEventId?: string;
  readonly body?: object;
}

/** Opens a stream; without a query of the two users of the directory. */
export async function watch(
  porchlight: Porchlight,
  query = `?ids=${USER},${COLLEAGUE}`,
  { lastEventId, body, ...token }: WatchOptions = {},
): Promise<EventStream> {
  return openEvents(`${porchlight.origin}${STREAM}${query}`, {
    token: await porchlight.token(token),
    ...(lastEventId !== undefined && { headers: { 'last-event-id': lastEventId } }),
    ...(body !== undefined && { body }),
  });
}

/** A stream whose snapshot was taken already. */
export async function watchOn(
  porchlight: Porchlight,
  query?: string,
  options?: WatchOptions,
): Promise<EventStream> {
  const stream = await watch(porchlight, query, options);
  expect(await stream.next()).toMatchObject({ event: 'snapshot' });
  return stream;
}

export function presencesIn({ event, data }: StreamEvent): readonly ToldPresence[] {
  expect(event).toBe('snapshot');
  return (JSON.parse(data) as { value: ToldPresence[] }).value;
}

export function presenceIn({ event, data }: StreamEvent): ToldPresence {
  expect(event).toBe('presence');
  return JSON.parse(data) as ToldPresence;
}

/** Why the server ended a stream. */
export function reasonIn({ event, data }: StreamEvent): string {
  expect(event).toBe('end');
  const { reason, message } = JSON.parse(data) as { reason: string; message: string };
  expect(message).toMatch(/\S/);
  return reason;
}

/** Changes a user's status message, past HTTP: a change each time it is called with another text. */
export async function say(porchlight: Porchlight, userId: string, content: string): Promise<void> {
  const { done } = await porchlight.server.presence.execute(
    { tenantId: TENANT, userId },
    {
      kind: 'setStatusMessage',
      appId: 'aaaaaaaa-0000-4000-8000-00000000000a',
      content,
      expiresAtMs: Number.POSITIVE_INFINITY,
      expiry: null,
    },
  );
  expect(done).toBe(true);
}
