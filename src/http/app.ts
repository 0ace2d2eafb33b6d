import cors from '@fastify/cors';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { GraphError } from '../graph/error.ts';
import { errorReply, type ReportFault } from './answer.ts';
import { ALLOWED_METHODS, type Cors, EXPOSED_HEADERS } from './cors.ts';
import { LARGEST_BODY_BYTES } from './read-json.ts';
import { newRequestId, requestIds } from './request-ids.ts';

export interface AppParts {
  readonly nowMs: () => number;
  readonly report: ReportFault;
  /** Believe X-Forwarded-* of a proxy in front. */
  readonly trustProxy: boolean;
  readonly cors: Cors;
}

/**
 * The frame around every address but Graph's own: health, documents, the dev server's issuer. It also
 * answers the preflight requests of all of them.
 */
export async function createApp(parts: AppParts): Promise<FastifyInstance> {
  const { nowMs, report, trustProxy } = parts;
  const app = Fastify({
    bodyLimit: LARGEST_BODY_BYTES,
    genReqId: newRequestId,
    trustProxy,
    // What the router itself can't take, such as a path that doesn't decode.
    frameworkErrors: (error, _, response) => void fail(response, error),
  });

  function fail(response: FastifyReply, thrown: FastifyError | GraphError): FastifyReply {
    const { id, headers: given } = response.request;
    const ids = requestIds(id, given);
    const { status, headers, body } = errorReply(asGraphError(thrown), ids, nowMs(), report);
    const named = { 'request-id': ids.requestId, 'client-request-id': ids.clientRequestId };
    return response
      .code(status)
      .headers({ ...named, ...headers })
      .send(body);
  }

  app.setErrorHandler<FastifyError>((error, _, response) => fail(response, error));
  app.setNotFoundHandler((_, response) =>
    fail(response, new GraphError(404, 'NotFound', 'There is nothing at this address.')),
  );
  await app.register(cors, {
    origin: parts.cors,
    methods: ALLOWED_METHODS,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: 3600,
    strictPreflight: false,
  });
  return app;
}

/** What Fastify refuses before a handler runs, in our envelope; anything else stays what it is. */
function asGraphError(error: FastifyError | GraphError): unknown {
  if (error instanceof GraphError) return error;
  const { statusCode = 500 } = error;
  if (statusCode < 400 || statusCode >= 500) return error;
  return new GraphError(statusCode, 'BadRequest', 'The request is malformed.');
}
