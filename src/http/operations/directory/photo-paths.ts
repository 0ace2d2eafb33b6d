import { shortened } from '../../../graph/duration.ts';
import { GraphError } from '../../../graph/error.ts';
import type { Call } from '../../route.ts';

/** Where the photo of a user has its address; there is one, whatever the size that is asked for. */
export function photoPaths(suffix = ''): string[] {
  return ['/me', '/users/:user'].map((user) => `${user}/photo${suffix}`);
}

/** The same by size, such as 48x48. */
export function sizedPhotoPaths(suffix = ''): string[] {
  return ['/me', '/users/:user'].map((user) => `${user}/photos/:size${suffix}`);
}

/** @throws GraphError 400 for a size that is none */
export function checkSize({ params: { size } }: Call): void {
  if (size === undefined || /^\d{1,4}x\d{1,4}$/i.test(size)) return;
  const message = `'${shortened(size)}' is not the size of a photo, such as 48x48.`;
  throw new GraphError(400, 'BadRequest', message);
}

/** Graph's code for it; its message names a class of the real service's. */
export function imageNotFound(): GraphError {
  return new GraphError(404, 'ImageNotFound', 'The user has no photo.');
}
