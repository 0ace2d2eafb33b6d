import type { UserDirectory } from '../../../directory/directory.ts';
import type { Photos } from '../../../directory/photos.ts';
import { type User, userWith } from '../../../directory/user.ts';
import { shortened } from '../../../graph/duration.ts';
import { GraphError } from '../../../graph/error.ts';
import type { Call } from '../../route.ts';

/** What the operations on users work with. */
export interface DirectoryServices {
  readonly directory: UserDirectory;
  readonly photos: Photos;
}

/**
 * The user of the call. Where anybody may exist, whoever asks about themselves does, if under no name.
 * @throws GraphError 404
 */
export function knownUser({ directory }: DirectoryServices, { caller, userId }: Call): User {
  const user = directory.user(caller.tenantId, userId);
  if (user !== undefined) return user;
  if (directory.mode === 'open' && userId === caller.userId) {
    return userWith({ id: userId, source: 'token' });
  }
  throw nobody(userId);
}

/** In the real service's words. */
export function nobody(name: string): GraphError {
  return new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${shortened(name)}' does not exist or one of its queried reference-property objects are not present.`,
  );
}
