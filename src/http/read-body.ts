import type { IncomingMessage } from 'node:http';
import { GraphError } from '../graph/error.ts';
import { LARGEST_IMAGE_BYTES } from '../graph/image.ts';
import { checkLength, JSON_TYPE, readAll, readJson } from './read-json.ts';
import type { Route } from './route.ts';
import { createGraphRouter } from './router.ts';

/**
 * Reads the body of a request to a path below the version: JSON, or the bytes of an image for a route that takes
 * one; undefined when it is empty.
 * @throws GraphError 400, 413 or 415
 */
export type ReadBody = (request: IncomingMessage, path: string) => Promise<unknown>;

/** Reads bodies for the routes of a table. */
export function createBodyReader(routes: readonly Route[]): ReadBody {
  const imageRoutes = routes.filter(({ imageBody }) => imageBody !== undefined);
  if (imageRoutes.length === 0) return readJson;
  const router = createGraphRouter(imageRoutes);

  function imageTypes(method: string, path: string): readonly string[] | undefined {
    try {
      return router.match(method, path).route.imageBody;
    } catch {
      // What is wrong with the address is told by the router of all routes.
      return undefined;
    }
  }

  return async (request, path) => {
    const { 'content-type': type = '' } = request.headers;
    // Nearly all are JSON, so for them no route is looked up.
    if (JSON_TYPE.test(type)) return readJson(request);
    const types = imageTypes(request.method ?? '', path);
    if (types === undefined) return readJson(request);
    if (!isOneOf(types, type)) throw imageExpected(types);
    checkLength(request, LARGEST_IMAGE_BYTES);
    const bytes = await readAll(request, LARGEST_IMAGE_BYTES);
    return bytes.length === 0 ? undefined : bytes;
  };
}

/** Whether a media type, perhaps with parameters, is one of these. */
function isOneOf(types: readonly string[], type: string): boolean {
  return types.includes((type.split(';')[0] ?? '').trim().toLowerCase());
}

export function imageExpected(types: readonly string[]): GraphError {
  const message = `The body must be ${types.join(' or ')}, and say so in Content-Type.`;
  return new GraphError(415, 'UnsupportedMediaType', message);
}

export function imageNotExpected(): GraphError {
  const message = 'The body must be application/json, and say so in Content-Type.';
  return new GraphError(415, 'UnsupportedMediaType', message);
}
