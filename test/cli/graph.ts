export const TENANT = '2f75e7fc-bf0b-44ac-82ef-9a2769953954';
export const FABRIKAM = 'fa1f282e-bfe9-41b1-88f2-5eb3ad83d1a2';
export const APP = '22553876-f5ab-4529-bffb-cfe50aa89f87';
export const ADA = 'fa8bf3dc-eca7-46b7-bad1-db199b62afc3';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** One call of the API, as a client would make it. */
export async function call(
  origin: string,
  token: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(`${origin}/v1.0${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** Sets Ada's presence to Busy/InACall, which lasts for an hour and doesn't fade. */
export function setBusy(origin: string, token: string): Promise<Answer> {
  return call(origin, token, 'POST', `/users/${ADA}/presence/setPresence`, {
    sessionId: APP,
    availability: 'Busy',
    activity: 'InACall',
    expirationDuration: 'PT1H',
  });
}

export function getPresence(origin: string, token: string, user = ADA): Promise<Answer> {
  return call(origin, token, 'GET', `/users/${user}/presence`);
}
