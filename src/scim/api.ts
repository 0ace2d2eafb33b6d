import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { RequestIds } from '../graph/error.ts';
import { splitUrl } from '../graph/path.ts';
import type { ReportFault } from '../http/answer.ts';
import { originOf } from '../http/graph-api.ts';
import { hasBody, readJson } from '../http/read-json.ts';
import { newRequestId, requestIds } from '../http/request-ids.ts';
import type { Admit } from './access.ts';
import type { ScimReply, ScimRoute } from './call.ts';
import { asScimError, errorBody } from './error.ts';
import { createScimRouter } from './router.ts';

export interface ScimApiParts {
  readonly routes: readonly ScimRoute[];
  readonly admit: Admit;
  readonly report: ReportFault;
  /** `https://host` when the server is known under one name; else each request's own host. */
  readonly publicOrigin: string | undefined;
  /** Believe X-Forwarded-Proto and X-Forwarded-Host of a proxy in front. */
  readonly trustProxy: boolean;
}

/** The version may be left out (RFC 7644, section 3.13). */
const ADDRESS = /^(?:https?:\/\/[^/]*)?\/+scim(?:\/+v2)?(?=[/?#]|$)/i;

/** Whether an address is one of provisioning clients. */
export function isScimAddress(url: string): boolean {
  return ADDRESS.test(url);
}

/** SCIM 2.0 under `/scim/v2`, with its own media type and its own errors. Source: RFC 7644. */
export function createScimApi(parts: ScimApiParts): RequestListener {
  const { routes, admit, report, publicOrigin, trustProxy } = parts;
  const route = createScimRouter(routes);

  async function work(request: IncomingMessage): Promise<ScimReply> {
    const { method = '', url = '', headers } = request;
    // Before anything else is looked at: who may not come in learns nothing.
    const tenantId = await admit(headers.authorization);
    const { path, query } = splitUrl(url.replace(ADDRESS, ''));
    const { route: found, id } = route(method, path);
    return found.handle({
      tenantId,
      id,
      query: new URLSearchParams(query),
      body: hasBody(request) ? await readJson(request) : undefined,
      base: `${publicOrigin ?? originOf(request, trustProxy)}/scim/v2`,
      headers,
    });
  }

  async function settle(request: IncomingMessage, ids: RequestIds): Promise<ScimReply> {
    try {
      return await work(request);
    } catch (thrown) {
      const error = asScimError(thrown);
      if (error.status >= 500) report(thrown, ids);
      return { status: error.status, headers: error.headers, body: { ...errorBody(error) } };
    }
  }

  return async (request, response) => {
    const ids = requestIds(newRequestId(), request.headers);
    send(response, await settle(request, ids), ids);
  };
}

function send(
  response: ServerResponse,
  { status, headers, body }: ScimReply,
  ids: RequestIds,
): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    'request-id': ids.requestId,
    'client-request-id': ids.clientRequestId,
    'cache-control': 'no-store',
    ...(body !== undefined && { 'content-type': 'application/scim+json; charset=utf-8' }),
    // An answer that can't have a body has no length of one either.
    ...(status !== 204 && status !== 304 && { 'content-length': Buffer.byteLength(text) }),
    ...headers,
  });
  response.end(text);
}
