/** The largest reply taken: Entra's key set, among the longest, has about 20 KB. */
const LARGEST_REPLY = 256 * 1024;

export interface FetchJsonOptions {
  readonly fetch: typeof globalThis.fetch;
  /** For the whole exchange, body included. */
  readonly timeoutMs: number;
}

/**
 * GETs a JSON object. Redirects aren't followed: they would lead away from the address that was
 * configured. Rejects with an error that names the address and what is wrong.
 */
export async function fetchJson(
  url: URL,
  { fetch, timeoutMs }: FetchJsonOptions,
): Promise<Record<string, unknown>> {
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`it answered with status ${response.status}`);
    }
    const json: unknown = JSON.parse(await boundedText(response));
    if (typeof json !== 'object' || json === null)
      throw new Error('it answered with no JSON object');
    return json as Record<string, unknown>;
  } catch (error) {
    throw new Error(`${url.href}: ${reason(error, timeoutMs)}`, { cause: error });
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (length > LARGEST_REPLY) throw new Error(`its answer is longer than ${LARGEST_REPLY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reason(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  if (error instanceof SyntaxError) return 'its answer is not JSON';
  // fetch says only "fetch failed" and keeps the reason in the cause; where a name has several
  // addresses and none answers, that one has no words either, just a code.
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return cause.message || ('code' in cause ? String(cause.code) : cause.name);
}
