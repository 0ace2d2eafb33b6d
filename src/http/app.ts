import { isUtf8 } from 'node:buffer';
import cors from '@fastify/cors';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { GraphError, type GraphErrorCode } from '../graph/error.ts';
import { errorReply, type ReportFault } from './answer.ts';
import { send } from './graph-api.ts';
import { newRequestId, requestIds } from './request-ids.ts';

/** A larger body is refused unread. */
export const LARGEST_BODY_BYTES = 1024 * 1024;

export interface AppParts {
  readonly nowMs: () => number;
  readonly report: ReportFault;
  /** Believe X-Forwarded-* of a proxy in front. */
  readonly trustProxy: boolean;
}

/** The shell around every route: limits, JSON, CORS, request ids, and errors in Graph's envelope. */
export async function createApp({ nowMs, report, trustProxy }: AppParts): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: LARGEST_BODY_BYTES,
    genReqId: newRequestId,
    trustProxy,
    routerOptions: { maxParamLength: 300 },
    // What the router itself can't take, such as a path that doesn't decode.
    frameworkErrors: (error, request, response) => {
      send(response, errorReply(asGraphError(error), requestIds(request), nowMs(), report));
    },
  });

  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    /^application\/([\w.-]+\+)?json/i,
    { parseAs: 'buffer' },
    (_, body, done) => {
      try {
        done(null, parseJson(body as Buffer));
      } catch (error) {
        done(error as Error);
      }
    },
  );

  app.setErrorHandler<FastifyError>((error, request, response) =>
    send(response, errorReply(asGraphError(error), requestIds(request), nowMs(), report)),
  );
  app.setNotFoundHandler((request, response) => {
    const error = new GraphError(404, 'NotFound', 'There is nothing at this address.');
    return send(response, errorReply(error, requestIds(request), nowMs(), report));
  });

  await app.register(cors, {
    // Tokens travel in a header that a foreign page doesn't have; there are no cookies to guard.
    origin: '*',
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['request-id', 'client-request-id', 'retry-after', 'porchlight-effect'],
    maxAge: 3600,
    strictPreflight: false,
  });
  return app;
}

/** An empty body is no body: clients send the content type along with nothing. */
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

const FRAMEWORK_CODES: Record<number, GraphErrorCode> = {
  400: 'BadRequest',
  404: 'NotFound',
  413: 'PayloadTooLarge',
  415: 'UnsupportedMediaType',
};

/** What Fastify refuses before a handler runs, in our words; anything else stays what it is. */
function asGraphError(error: FastifyError): unknown {
  const code = error.statusCode === undefined ? undefined : FRAMEWORK_CODES[error.statusCode];
  if (code === undefined || error instanceof GraphError) return error;
  const messages: Partial<Record<GraphErrorCode, string>> = {
    PayloadTooLarge: `The request body is larger than ${LARGEST_BODY_BYTES} bytes.`,
    UnsupportedMediaType: 'The body must be application/json, and say so in Content-Type.',
  };
  return new GraphError(
    error.statusCode ?? 400,
    code,
    messages[code] ?? 'The request is malformed.',
  );
}
