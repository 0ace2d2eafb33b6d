import { type Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asking {
  readonly agent: Agent;
  readonly origin: string;
  readonly token: string;
  /** How long the whole answer is waited for. */
  readonly patienceMs: number;
}

/**
 * @returns without a whole answer in time `not sent`, if nobody was there to take the request, else `no answer`:
 * it may have been heard
 */
export function ask(
  { agent, origin, token, patienceMs }: Asking,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<Answer | 'not sent' | 'no answer'> {
  return new Promise((resolve) => {
    const outgoing = request(`${origin}/v1.0${path}`, {
      method,
      agent,
      signal: AbortSignal.timeout(patienceMs),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    const giveUp = ({ code }: NodeJS.ErrnoException) =>
      resolve(code === 'ECONNREFUSED' ? 'not sent' : 'no answer');
    outgoing.on('error', giveUp).on('response', (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => {
          text += chunk;
        })
        .on('error', giveUp)
        .on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
    });
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
