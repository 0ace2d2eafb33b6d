import type {
  IncomingHttpHeaders,
  IncomingMessage,
  RequestListener,
  ServerResponse,
} from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Caller } from '../auth/caller.ts';
import { Unauthenticated } from '../auth/errors.ts';
import type { TokenVerifier } from '../auth/verifier.ts';
import type { Clock } from '../clock.ts';
import type { RequestIds } from '../graph/error.ts';
import { metadataXml } from '../graph/metadata/metadata.ts';
import { splitUrl, type Version } from '../graph/path.ts';
import { type ReportFault, settle } from './answer.ts';
import { answerBatch, isBatch } from './batch.ts';
import { type Cors, corsHeaders } from './cors.ts';
import type { Dispatch, GraphRequest } from './dispatcher.ts';
import type { ReadBody } from './read-body.ts';
import { hasBody, readJson } from './read-json.ts';
import { newRequestId, requestIds } from './request-ids.ts';
import type { Reply } from './route.ts';
import { methodNotAllowed } from './router.ts';

export interface GraphApiParts {
  readonly dispatch: Dispatch;
  /** Answers Porchlight's own addresses, which no batch reaches. */
  readonly dispatchOwn: Dispatch;
  /** Reads the body of a request to one of Graph's addresses. */
  readonly readBody: ReadBody;
  readonly verifier: TokenVerifier;
  /** Who it is that steers the server without a token, if this request may; nobody by default. */
  readonly steward?: (request: IncomingMessage) => Caller | undefined;
  readonly clock: Clock;
  readonly report: ReportFault;
  readonly cors: Cors;
  /** `https://host` when the server is known under one name; else each request's own host. */
  readonly publicOrigin: string | undefined;
  /** Believe X-Forwarded-Proto and X-Forwarded-Host of a proxy in front. */
  readonly trustProxy: boolean;
}

/**
 * Graph's API under `/v1.0` and `/beta`, and our own addresses that need a token, straight on Node's
 * HTTP: these are the requests that come by the thousand, and a frame around them costs more than all
 * they do (docs/decisions/0016-a-route-is-data.md).
 */
export function createGraphApi(parts: GraphApiParts): RequestListener {
  const { dispatch, dispatchOwn, readBody, verifier, steward, clock, report } = parts;
  const { cors, publicOrigin, trustProxy } = parts;
  const nowMs = () => clock.nowMs();

  async function work(request: IncomingMessage, ids: RequestIds): Promise<Reply> {
    const { version, path, query } = addressOf(request);
    const { method = '', headers } = request;
    if (version !== undefined && (method === 'GET' || method === 'HEAD') && isMetadata(path)) {
      return metadata(version);
    }

    // Before the body is read: who may not come in has nothing parsed.
    const isOpen = headers.authorization === undefined && STEERING.test(path);
    const verified =
      (isOpen ? steward?.(request) : undefined) ?? verifier.verify(bearer(headers.authorization));
    const caller = verified instanceof Promise ? await verified : verified;
    const read = version === undefined ? readJson : readBody;
    const body = hasBody(request) ? await read(request, path) : undefined;
    const origin = publicOrigin ?? originOf(request, trustProxy);
    const graphRequest: GraphRequest = {
      version: version ?? 'v1.0',
      method,
      path,
      query,
      body,
      origin,
      headers,
    };
    if (version === undefined) return dispatchOwn(graphRequest, caller);
    if (!isBatch(path)) return dispatch(graphRequest, caller);
    if (method !== 'POST') throw methodNotAllowed(method, ['POST']);
    return answerBatch(graphRequest, caller, {
      dispatch,
      settle: (part) => settle(part, ids, nowMs, report),
    });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const ids = requestIds(newRequestId(), request.headers);
    const reply = await settle(() => work(request, ids), ids, nowMs, report);
    send(response, reply, ids, corsHeaders(request.headers.origin, cors));
  }

  return (request, response) => void answer(request, response);
}

/**
 * Graph's addresses by their version, and ours that need a token. A request line may also carry the
 * whole address (RFC 9112, section 3.2.2).
 */
const ADDRESS =
  /^(?:https?:\/\/[^/]*)?(?:\/(v1\.0|beta)(?=\/)|(?=\/porchlight\/(?:presences|subscriptions|users|me|clock|faults|report|test)(?:[/?#]|$)))/i;

/** Addresses that steer the server itself: its clock, its faults, what it remembers of its callers. */
const STEERING = /^\/porchlight\/(?:clock|faults|report|test)(?:\/|$)/i;

/** Whether an address is one of the API: Graph's, or our own that need a token. */
export function isApiAddress(url: string): boolean {
  return ADDRESS.test(url);
}

/** An address of our own has no version. */
function addressOf({ url = '' }: IncomingMessage): {
  version: Version | undefined;
  path: string;
  query: string;
} {
  const [prefix = '', version] = ADDRESS.exec(url) ?? [];
  const { path, query } = splitUrl(url.slice(prefix.length));
  if (version === undefined) return { version, path, query };
  return { version: version.toLowerCase() === 'beta' ? 'beta' : 'v1.0', path, query };
}

function isMetadata(path: string): boolean {
  return /^\/(\$|%24)metadata$/i.test(path);
}

function metadata(version: Version): Reply {
  const headers = { 'content-type': 'application/xml;charset=utf-8' };
  return { status: 200, headers, body: metadataXml(version) };
}

function bearer(authorization: string | undefined): string {
  if (authorization === undefined) throw new Unauthenticated('Access token is missing.');
  if (!/^Bearer +\S/i.test(authorization)) {
    throw new Unauthenticated('The Authorization header must be Bearer, a space, and a token.');
  }
  return authorization.slice('Bearer '.length).trim();
}

/** The address the caller used, as far as it can be one: it is repeated in the answer. */
export function originOf({ headers, socket }: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? firstForwarded(headers) : {};
  const isSecure = (socket as TLSSocket).encrypted === true;
  const scheme = (forwarded.proto ?? (isSecure ? 'https' : 'http')) === 'https' ? 'https' : 'http';
  const host = forwarded.host ?? headers.host ?? '';
  return `${scheme}://${/^[\w.:[\]-]{1,255}$/.test(host) ? host : 'localhost'}`;
}

/** Each proxy on the way appends what it saw; the first word is what the client used. */
function firstForwarded(headers: IncomingHttpHeaders): { proto?: string; host?: string } {
  const first = (value: string | string[] | undefined) =>
    String(value ?? '')
      .split(',')[0]
      ?.trim();
  const proto = first(headers['x-forwarded-proto']);
  const host = first(headers['x-forwarded-host']);
  return { ...(proto && { proto }), ...(host && { host }) };
}

function send(response: ServerResponse, reply: Reply, ids: RequestIds, cors: string[]): void {
  const { status, headers, body = '', stream, hangsUp } = reply;
  if (hangsUp) {
    response.destroy();
    return;
  }
  const bytes = Buffer.byteLength(body);
  const fields = ['request-id', ids.requestId, 'client-request-id', ids.clientRequestId];
  fields.push('odata-version', '4.0');
  if (headers?.['cache-control'] === undefined) fields.push('cache-control', 'no-store');
  if (stream !== undefined) endsWithItsConnection(response);
  // The length of a 304 would be that of what isn't sent (RFC 9110, section 8.6).
  else if (status !== 304) fields.push('content-length', String(bytes));
  for (const field of cors) fields.push(field);
  for (const name in headers) fields.push(name, headers[name] ?? '');
  response.writeHead(status, fields);
  if (stream !== undefined) {
    stream(response);
    return;
  }
  if (typeof body !== 'string') {
    response.end(body);
    return;
  }
  // Head and body go out as one string. Text as long as its bytes is ASCII, which Latin-1 just copies.
  response.end(body, bytes === body.length ? 'latin1' : 'utf8');
}

/** What goes on for hours needs no framing: its bytes stand on the connection as they are, to its end. */
function endsWithItsConnection(response: ServerResponse): void {
  response.shouldKeepAlive = false;
  response.useChunkedEncodingByDefault = false;
}
