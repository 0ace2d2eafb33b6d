import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../auth/caller.ts';
import { Unauthenticated } from '../auth/errors.ts';
import type { TokenVerifier } from '../auth/verifier.ts';
import type { Clock } from '../clock.ts';
import { metadataXml } from '../graph/metadata.ts';
import { splitUrl, type Version } from '../graph/path.ts';
import { type ReportFault, settle } from './answer.ts';
import { answerBatch } from './batch.ts';
import type { Dispatch, GraphRequest } from './dispatcher.ts';
import { requestIds } from './request-ids.ts';
import type { Reply } from './route.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls; null where an address needs no token. */
    caller: Caller | null;
  }
}

export interface GraphApiParts {
  readonly dispatch: Dispatch;
  readonly verifier: TokenVerifier;
  readonly clock: Clock;
  readonly report: ReportFault;
  /** `https://host` when the server is known under one name; else each request's own host. */
  readonly publicOrigin: string | undefined;
}

const VERSIONS: readonly Version[] = ['v1.0', 'beta'];

/** Graph's API under `/v1.0` and `/beta`: everything below goes to the dispatcher. */
export function registerGraphApi(app: FastifyInstance, parts: GraphApiParts): void {
  const { verifier } = parts;
  app.decorateRequest('caller', null);
  for (const version of VERSIONS) {
    app.get(`/${version}/$metadata`, (_, response) => send(response, metadata(version)));
    app.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url: `/${version}/*`,
      // Before the body is read: who may not come in has nothing parsed.
      onRequest: (request, _, done) => authenticate(request, verifier, done),
      handler: answerer(version, parts),
    });
  }
}

function authenticate(
  request: FastifyRequest,
  verifier: TokenVerifier,
  done: (error?: Error) => void,
): void {
  try {
    const caller = verifier.verify(bearer(request.headers.authorization));
    if (caller instanceof Promise) {
      caller.then((each) => {
        request.caller = each;
        done();
      }, done);
      return;
    }
    request.caller = caller;
    done();
  } catch (error) {
    done(error as Error);
  }
}

function bearer(authorization: string | undefined): string {
  if (authorization === undefined) throw new Unauthenticated('Access token is missing.');
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (token === undefined) {
    throw new Unauthenticated('The Authorization header must be Bearer, a space, and a token.');
  }
  return token;
}

function answerer(version: Version, { dispatch, clock, report, publicOrigin }: GraphApiParts) {
  const nowMs = () => clock.nowMs();
  const prefixLength = version.length + 1;

  async function work(request: FastifyRequest): Promise<Reply> {
    const { caller, method, body } = request;
    if (caller === null) throw new Unauthenticated('Access token is missing.');
    const { path, query } = splitUrl(request.url.slice(prefixLength));
    const origin = publicOrigin ?? originOf(request);
    const graphRequest: GraphRequest = { version, method, path, query, body, origin };
    if (method !== 'POST' || !isBatch(path)) return dispatch(graphRequest, caller);
    const ids = requestIds(request);
    return answerBatch(graphRequest, caller, {
      dispatch,
      settle: (part) => settle(part, ids, nowMs, report),
    });
  }

  return async (request: FastifyRequest, response: FastifyReply): Promise<FastifyReply> =>
    send(response, await settle(() => work(request), requestIds(request), nowMs, report));
}

function isBatch(path: string): boolean {
  return path === '/$batch' || path === '/%24batch';
}

/** The address the caller used, as far as it can be one: it is repeated in the answer. */
function originOf({ protocol, host }: FastifyRequest): string {
  return `${protocol}://${/^[\w.:[\]-]{1,255}$/.test(host) ? host : 'localhost'}`;
}

function metadata(version: Version): Reply {
  const headers = { 'content-type': 'application/xml;charset=utf-8' };
  return { status: 200, headers, body: metadataXml(version) };
}

/** Sends a reply with the headers that every answer of the API carries. */
export function send(response: FastifyReply, { status, headers, body }: Reply): FastifyReply {
  const { requestId, clientRequestId } = requestIds(response.request);
  response.code(status).headers({
    'request-id': requestId,
    'client-request-id': clientRequestId,
    'odata-version': '4.0',
    'cache-control': 'no-store',
    ...headers,
  });
  return response.send(body);
}
