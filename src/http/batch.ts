import Type, { type Static } from 'typebox';
import type { Caller } from '../auth/caller.ts';
import { GraphError } from '../graph/error.ts';
import { splitUrl } from '../graph/path.ts';
import { bodySchema, compileBody, nullable } from './body.ts';
import type { Dispatch, GraphRequest } from './dispatcher.ts';
import { json, type Reply } from './route.ts';

/** Graph's limit (its page on JSON batching). */
const MOST_PARTS = 20;

const part = bodySchema({
  id: Type.String({ minLength: 1, maxLength: 128 }),
  method: Type.String({ maxLength: 16 }),
  url: Type.String({ maxLength: 8192 }),
  headers: Type.Optional(nullable(Type.Record(Type.String(), Type.Unknown()))),
  body: Type.Optional(Type.Unknown()),
  dependsOn: Type.Optional(nullable(Type.Array(Type.String({ maxLength: 128 })))),
});

export const batchSchema = bodySchema({ requests: Type.Array(part) });

type Part = Static<typeof part>;

const checkBatch = compileBody(batchSchema);

export interface BatchParts {
  readonly dispatch: Dispatch;
  /** Turns what a part throws into that part's own reply. */
  readonly settle: (work: () => Promise<Reply>) => Promise<Reply>;
}

/**
 * `$batch`: each part is dispatched inside the process, for the caller of the whole. Parts run at
 * once but for what they depend on; a part whose dependency failed is 424 and doesn't run.
 * @throws GraphError 400 when the batch itself isn't well-formed; nothing of it has run then.
 */
export async function answerBatch(
  batch: GraphRequest,
  caller: Caller,
  { dispatch, settle }: BatchParts,
): Promise<Reply> {
  checkBatch(batch.body);
  const parts = indexParts((batch.body as Static<typeof batchSchema>).requests);
  checkDependencies(parts);
  const replies = new Map<Part, Promise<Reply>>();

  function replyTo(each: Part): Promise<Reply> {
    let reply = replies.get(each);
    if (reply === undefined) {
      reply = settle(() => run(each));
      replies.set(each, reply);
    }
    return reply;
  }

  async function run(each: Part): Promise<Reply> {
    for (const needed of dependencies(each, parts)) {
      const { status } = await replyTo(needed);
      if (status >= 400) {
        throw new GraphError(424, 'FailedDependency', `Request '${needed.id}' failed.`);
      }
    }
    return dispatch(partRequest(batch, each), caller);
  }

  const responses = await Promise.all(
    [...parts.values()].map(async (each) => responseJson(each.id, await replyTo(each))),
  );
  return json(`{"responses":[${responses.join(',')}]}`);
}

/** Whether a path below the version is that of a batch. */
export function isBatch(path: string): boolean {
  return /^\/(\$|%24)batch\/?$/i.test(path);
}

function malformed(message: string): GraphError {
  return new GraphError(400, 'BadRequest', message);
}

/** The parts by id, in the order of the batch. Ids are compared without case. */
function indexParts(requests: readonly Part[]): ReadonlyMap<string, Part> {
  if (requests.length === 0) throw malformed('[Requests]: a batch needs at least one request.');
  if (requests.length > MOST_PARTS) {
    throw malformed(`[Requests]: ${requests.length} are too many: ${MOST_PARTS} at most.`);
  }
  const parts = new Map<string, Part>();
  for (const each of requests) {
    const key = each.id.toLowerCase();
    if (parts.has(key)) throw malformed(`[Requests]: the id '${each.id}' stands there twice.`);
    parts.set(key, each);
  }
  return parts;
}

function dependencies({ dependsOn }: Part, parts: ReadonlyMap<string, Part>): Part[] {
  if (dependsOn == null) return [];
  return dependsOn.map((id) => {
    const needed = parts.get(id.toLowerCase());
    if (needed === undefined) throw malformed(`[DependsOn]: there is no request '${id}'.`);
    return needed;
  });
}

/** A part that waits for itself, by whatever way round, would wait forever. */
function checkDependencies(parts: ReadonlyMap<string, Part>): void {
  const done = new Set<Part>();
  const visit = (each: Part, path: ReadonlySet<Part>) => {
    if (path.has(each)) throw malformed(`[DependsOn]: request '${each.id}' depends on itself.`);
    if (done.has(each)) return;
    const further = new Set(path).add(each);
    for (const needed of dependencies(each, parts)) visit(needed, further);
    done.add(each);
  };
  for (const each of parts.values()) {
    if (each.dependsOn != null) visit(each, new Set());
  }
}

function partRequest({ version, origin }: GraphRequest, each: Part): GraphRequest {
  if (!/^\/?[^/]/.test(each.url) || each.url.includes('://')) {
    throw malformed('[Url]: must be relative to the version, such as /me/presence.');
  }
  const { path, query } = splitUrl(each.url.startsWith('/') ? each.url : `/${each.url}`);
  if (isBatch(path)) throw malformed('[Url]: a batch takes no other batch.');
  const headers = lowerCased(each.headers);
  const body = partBody(each.body, headers['content-type'] ?? '');
  return { version, origin, method: each.method.toUpperCase(), path, query, body, headers };
}

/** The body of a part: JSON, or the bytes of an image, which a batch carries as base64 text. */
function partBody(body: unknown, type: string): unknown {
  if (body === undefined || /^application\/json/i.test(type)) return body;
  if (typeof body === 'string' && /^image\//i.test(type)) {
    const bytes = Buffer.from(body, 'base64');
    if (bytes.toString('base64url') === withoutPadding(body)) return bytes;
    throw malformed('[Body]: an image must be base64 text.');
  }
  throw malformed('[Headers]: a body needs a Content-Type header of application/json.');
}

/** Of a base64 text in either alphabet, the one that needs no escaping in addresses. */
function withoutPadding(base64: string): string {
  return base64
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/={1,2}$/, '');
}

/** As Node gives the headers of a request. Whatever isn't text is passed over. */
function lowerCased(headers: Part['headers']): Record<string, string> {
  const texts = Object.entries(headers ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name.toLowerCase(), value] as const] : [],
  );
  return Object.fromEntries(texts);
}

/** Microsoft's clients read a part's headers also where there are none. */
function responseJson(id: string, { status, headers, body }: Reply): string {
  const headersJson = headers === undefined ? '{}' : headersAsSpelled(headers);
  const json = Buffer.isBuffer(body) ? `"${body.toString('base64')}"` : body;
  const bodyJson = json === undefined ? '' : `,"body":${json}`;
  return `{"id":${JSON.stringify(id)},"status":${status},"headers":${headersJson}${bodyJson}}`;
}

/** They look for `Content-Type` and `ETag` in just this spelling. */
function headersAsSpelled(headers: NonNullable<Reply['headers']>): string {
  const spelled = Object.entries(headers).map(([name, value]) => [
    name === 'etag' ? 'ETag' : name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
    value,
  ]);
  return JSON.stringify(Object.fromEntries(spelled));
}
