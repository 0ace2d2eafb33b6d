import { userNotFound } from '../graph/error.ts';
import type { UserKey } from '../store/store.ts';

/** Who is known in a tenant, as far as presence has to know. */
export interface Directory {
  /**
   * The object id that a path segment means: a GUID stands for itself, in lower case; a user
   * principal name for the user who has it. Undefined when it can't mean anyone of this tenant.
   */
  resolve(tenantId: string, name: string): string | undefined;
  /** Whether this user is known, and not deactivated. */
  lists(tenantId: string, userId: string): boolean;
  /** `open`: a user exists from the first word about them. `listed`: only those that are known exist. */
  readonly mode: 'open' | 'listed';
}

/** Whether there is such a user: anybody where the directory is open, else those that it lists. */
export function admits(directory: Directory, { tenantId, userId }: UserKey): boolean {
  return directory.mode === 'open' || directory.lists(tenantId, userId);
}

/** @throws GraphError 404 for a user that the directory doesn't admit */
export function mustAdmit(directory: Directory, user: UserKey): void {
  if (!admits(directory, user)) throw userNotFound(user.userId);
}
