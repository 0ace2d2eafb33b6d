import createRouter, { type HTTPMethod } from 'find-my-way';
import { shortened } from '../graph/duration.ts';
import { GraphError } from '../graph/error.ts';
import { normalizePath } from '../graph/path.ts';
import { isWellFormed } from '../graph/unicode.ts';
import { type BodyCheck, compileBody } from './body.ts';
import type { Route } from './route.ts';

export interface Match {
  readonly route: Route;
  readonly checkBody: BodyCheck | undefined;
  /** Whether the path that matched is about the caller (`/me`). */
  readonly me: boolean;
  readonly params: Readonly<Record<string, string | undefined>>;
}

export interface Router {
  /**
   * The route for a path below the version.
   * @throws GraphError 404, or 405 naming the methods that the path has.
   */
  match(method: string, path: string): Match;
}

const METHODS: readonly HTTPMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Finds a route of the table; the same one for a request and for a part of a batch. */
export function createGraphRouter(routes: readonly Route[]): Router {
  const router = createRouter({
    ignoreTrailingSlash: true,
    caseSensitive: false,
    maxParamLength: 300,
  });
  for (const route of routes) {
    const checkBody = route.body === undefined ? undefined : compileBody(route.body);
    for (const path of route.paths) {
      const me = /^(?:\/porchlight)?\/me(\/|$)/.test(path);
      router.on(route.method, path, noHandler, { route, checkBody, me });
    }
  }

  function find(method: HTTPMethod, path: string): Match | undefined {
    const found = router.find(method, path);
    if (found === null) return undefined;
    const { route, checkBody, me } = found.store as Omit<Match, 'params'>;
    return { route, checkBody, me, params: found.params };
  }

  return {
    match(method, path) {
      const normal = normalizePath(path);
      if (!decodes(normal)) throw new GraphError(400, 'BadRequest', 'The path does not decode.');
      const known = METHODS.find((each) => each === method);
      const match = known && find(known, normal);
      if (match !== undefined) return match;
      const allowed = METHODS.filter((each) => find(each, normal) !== undefined);
      if (allowed.length === 0) {
        throw new GraphError(404, 'NotFound', `There is nothing at '${shortened(path)}'.`);
      }
      throw methodNotAllowed(method, allowed);
    },
  };
}

export function methodNotAllowed(method: string, allowed: readonly string[]): GraphError {
  const names = allowed.join(', ');
  const message = `${shortened(method)} is not allowed here; allowed: ${names}.`;
  return new GraphError(405, 'MethodNotAllowed', message, { allow: names });
}

/** Only a part of a batch can carry half of a surrogate pair, which no address can spell. */
function decodes(path: string): boolean {
  if (!isWellFormed(path)) return false;
  if (!path.includes('%')) return true;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** The router calls no handler: the dispatcher does, after it has checked the caller. */
function noHandler(): void {}
