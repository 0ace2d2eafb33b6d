import { once } from 'node:events';
import { type Agent, type IncomingMessage, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface Sending {
  readonly agent: Agent;
  readonly origin: string;
  readonly token: string;
}

/** Sends a request and waits for the whole answer; rejects when the connection breaks before its end. */
export async function send(
  { agent, origin, token }: Sending,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<Answer> {
  const outgoing = request(`${origin}${path}`, {
    method,
    agent,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
  outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await once(response, 'end');
  return { status: response.statusCode ?? 0, text };
}
