import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { GraphError } from '../graph/error.ts';

/** A larger body is refused, and no more of it read. */
export const LARGEST_BODY_BYTES = 1024 * 1024;

export const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

/** Whether a body comes with the request, if only an empty one. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return (length !== undefined && length !== '0') || headers['transfer-encoding'] !== undefined;
}

/**
 * The JSON of a request that has a body; undefined when that is empty.
 * @throws GraphError 400, 413 or 415
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  checkLength(request, LARGEST_BODY_BYTES);
  const type = request.headers['content-type'];
  if (type === undefined || !JSON_TYPE.test(type)) {
    throw new GraphError(
      415,
      'UnsupportedMediaType',
      'The body must be application/json, and say so in Content-Type.',
    );
  }
  return parseJson(await readAll(request, LARGEST_BODY_BYTES));
}

/** @throws GraphError 413 for a request that says it is larger. */
export function checkLength({ headers }: IncomingMessage, mostBytes: number): void {
  if (Number(headers['content-length']) > mostBytes) throw tooLarge(mostBytes);
}

/**
 * The whole body. Rejects with GraphError 413 beyond `mostBytes`.
 * Listeners rather than an async iterator, which costs as much as all the rest of a small request.
 */
export function readAll(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > mostBytes) reject(tooLarge(mostBytes));
      else chunks.push(chunk);
    });
    request.on('end', () => {
      const [only] = chunks;
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks));
    });
    request.on('close', () => {
      // The client went away: nobody reads the answer, but the wait must end.
      if (!request.complete) reject(badRequest('The request ended early.'));
    });
  });
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw badRequest('The request body is not UTF-8.');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : '';
    throw badRequest(`The request body is not JSON: ${reason}.`);
  }
}

function badRequest(message: string): GraphError {
  return new GraphError(400, 'BadRequest', message);
}

/** The rest of the body isn't waited for, so the connection can't be used again. */
function tooLarge(mostBytes: number): GraphError {
  const message = `The request body is larger than ${mostBytes} bytes.`;
  return new GraphError(413, 'PayloadTooLarge', message, { connection: 'close' });
}
