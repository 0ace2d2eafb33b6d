const PATIENCE_MS = 5000;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any call, of which each test looks at a little
  readonly body: any;
}

/** One call, whatever the answer; rejects without one. `path` may be a whole address. */
export async function call(
  origin: string,
  token: string,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await fetch(new URL(path, origin), {
    method,
    signal: AbortSignal.timeout(PATIENCE_MS),
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const { status, headers } = response;
  return { status, headers, body: text === '' ? undefined : JSON.parse(text) };
}

/** What says something about a user; until when, if it is to end by itself. */
export function statusMessage(content: string, endsMs?: number): object {
  const expiryDateTime = endsMs !== undefined && {
    dateTime: new Date(endsMs).toISOString().replace('Z', ''),
    timeZone: 'UTC',
  };
  const message = { content, contentType: 'text' };
  return { statusMessage: { message, ...(expiryDateTime && { expiryDateTime }) } };
}

export const messagePath = (userId: string) => `/v1.0/users/${userId}/presence/setStatusMessage`;

/** A subscription to everyone's status messages. */
export function everyonesMessages(receiver: string): object {
  return {
    changeType: 'updated',
    notificationUrl: `${receiver}/notify`,
    resource: 'communications/presences?$select=statusMessage',
    expirationDateTime: new Date(Date.now() + 50 * 60_000).toISOString(),
    clientState: 'known to both',
    '@porchlight.delivery': 'each',
  };
}
