import { STATUS_CODES } from 'node:http';
import { GraphError } from '../graph/error.ts';
import type { Outbound, OutboundResult } from '../outbound/outbound.ts';

/** Graph's patience with a validation request. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;

/** The token is some 120 characters; whoever sends back more doesn't send back the token. */
const MOST_REPLY_BYTES = 4096;

export interface HandshakeParts {
  readonly outbound: Outbound;
  randomUUID(): string;
}

/** The addresses of a subscription that are to prove that they want it. */
export interface Addresses {
  readonly notificationUrl?: string;
  readonly lifecycleNotificationUrl?: string | null;
}

/**
 * Asks whoever is behind the addresses whether they want notifications (Graph, "Receive change
 * notifications through webhooks", endpoint validation). Each is asked by itself, both at once.
 * @throws GraphError 400 when one of them doesn't answer as it must
 */
export type Handshake = (addresses: Addresses) => Promise<void>;

export function createHandshake({ outbound, randomUUID }: HandshakeParts): Handshake {
  async function ask(url: string): Promise<string | undefined> {
    const token = `Validation: Testing client application reachability for subscription Request-Id: ${randomUUID()}`;
    const result = await outbound.send({
      method: 'POST',
      url: withToken(url, token),
      headers: { 'content-type': 'text/plain; charset=utf-8', accept: 'text/plain' },
      timeoutMs: HANDSHAKE_TIMEOUT_MS,
      maxReplyBytes: MOST_REPLY_BYTES,
    });
    return complaint(result, token);
  }

  return async ({ notificationUrl, lifecycleNotificationUrl }) => {
    const [notification, lifecycle] = await Promise.all(
      [notificationUrl, lifecycleNotificationUrl].map((url) => (url ? ask(url) : undefined)),
    );
    if (notification !== undefined) throw refused(notification);
    if (lifecycle !== undefined) throw refused(`[LifecycleNotificationUrl]: ${lifecycle}`);
  };
}

/** The query that the address has already stays as it is. */
function withToken(url: string, token: string): string {
  const address = new URL(url);
  const encoded = encodeURIComponent(token).replaceAll('%20', '+');
  const before = address.search === '' ? '?' : `${address.search}&`;
  address.search = `${before}validationToken=${encoded}`;
  address.hash = '';
  return address.href;
}

/** What is wrong with the answer, in the real service's words where it has some. */
function complaint(result: OutboundResult, token: string): string | undefined {
  if (result.kind === 'failed') {
    return result.code === 'timeout'
      ? 'Subscription validation request timed out.'
      : `Subscription validation request failed. Notification endpoint could not be reached: ${result.reason}.`;
  }
  const { status, contentType, body } = result;
  if (status !== 200) {
    return `Subscription validation request failed. HTTP status code is '${statusName(status)}'. Notification endpoint must respond with 200 OK to validation request.`;
  }
  if (!/^text\/plain\s*(;|$)/i.test(contentType)) {
    return 'Subscription validation request failed. Response must have the content type text/plain.';
  }
  return body === token
    ? undefined
    : 'Subscription validation request failed. Response must exactly match validationToken query parameter.';
}

/** `NotFound`: the name by which .NET, so the real service, knows a status. */
function statusName(status: number): string {
  return STATUS_CODES[status]?.replaceAll(/[^A-Za-z]/g, '') ?? String(status);
}

function refused(message: string): GraphError {
  return new GraphError(400, 'ValidationError', message);
}
