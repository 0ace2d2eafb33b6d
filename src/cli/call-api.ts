import { CommandFailed } from './command.ts';
import { request } from './request.ts';

/** The server said no, and why. */
export class Refused extends CommandFailed {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'Refused';
    this.status = status;
  }
}

export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: URL;
  /** None for a dev server on this machine, which lets itself be steered without. */
  readonly token?: string | undefined;
  readonly body?: object;
  readonly timeoutMs?: number;
  /** The command that should be running there. */
  readonly server?: string;
}

/**
 * Calls an operation of the API, and gives the JSON of its answer; undefined for an answer without.
 * @throws Refused for an error of the API
 * @throws CommandFailed when nobody answers
 */
export async function callApi({ url, token, body, ...terms }: ApiCall): Promise<unknown> {
  const { status, json } = await request(url, {
    ...terms,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (status < 300) return json;
  throw new Refused(status, messageOf(json) ?? `${url.origin} answered ${status}`);
}

/** What Graph's error envelope says. */
function messageOf(answer: unknown): string | undefined {
  const { error } = (answer ?? {}) as { readonly error?: { readonly message?: unknown } };
  return typeof error?.message === 'string' ? error.message : undefined;
}
