import { CommandFailed } from './command.ts';

/** How long a server may take to answer. */
const TIMEOUT_MS = 10_000;

export interface RequestTerms {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams;
  readonly timeoutMs?: number;
  /** The command that should be running there. */
  readonly server?: string;
}

export interface Answer {
  readonly status: number;
  /** The body; undefined where it isn't JSON. */
  readonly json: unknown;
}

/** Asks a server something. @throws CommandFailed when it doesn't answer in time */
export async function request(url: URL, terms: RequestTerms): Promise<Answer> {
  const { method, headers = {}, body, timeoutMs = TIMEOUT_MS } = terms;
  const { server = 'porchlight dev' } = terms;
  try {
    const response = await fetch(url, {
      method,
      headers,
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, json: jsonOf(await response.text()) };
  } catch (error) {
    const reason = (error as Error).cause ?? error;
    const detail = reason instanceof Error ? reason.message : String(reason);
    throw new CommandFailed(
      `no answer from ${url.origin}: ${detail}\nIs \`${server}\` running there? --url says where to ask.`,
      { cause: error },
    );
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
