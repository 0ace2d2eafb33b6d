import { shortened } from '../graph/duration.ts';
import type { ScimRoute } from './call.ts';
import { ScimError } from './error.ts';

export interface ScimMatch {
  readonly route: ScimRoute;
  /** What stands in the place of `:id`. */
  readonly id: string;
}

/**
 * The route for a path below the version. Case doesn't count in it, nor do slashes more than needed: an address
 * that somebody entered with a slash at the end makes two.
 * @throws ScimError 400, 404, or 405 naming the methods that the path has
 */
export function createScimRouter(routes: readonly ScimRoute[]) {
  const table = routes.map((route) => ({ route, segments: segmentsOf(route.path.toLowerCase()) }));

  return (method: string, path: string): ScimMatch => {
    const segments = decoded(path);
    const found = table.filter((each) => fits(each.segments, segments));
    // What is named goes before what any id fits, such as `.search`.
    const match = found.find(({ route }) => route.method === method);
    if (match !== undefined) return { route: match.route, id: segments[1] ?? '' };
    if (found.length === 0) throw new ScimError(404, `There is nothing at '${shortened(path)}'.`);
    const allow = [...new Set(found.map(({ route }) => route.method))].join(', ');
    const message = `${shortened(method)} is not allowed here; allowed: ${allow}.`;
    throw new ScimError(405, message, undefined, { allow });
  };
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function decoded(path: string): string[] {
  try {
    return segmentsOf(path).map(decodeURIComponent);
  } catch {
    throw new ScimError(400, 'The path does not decode.', 'invalidSyntax');
  }
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.length !== segments.length) return false;
  return pattern.every((each, at) => each === ':id' || each === segments[at]?.toLowerCase());
}
