import type { Caller } from '../auth/caller.ts';
import type { Directory } from '../presence/directory.ts';
import type { GroupLedger } from './groups.ts';
import type { UserLedger } from './ledger.ts';
import type { User } from './user.ts';

/** Who is known in a tenant, with their names. */
export interface UserDirectory extends Directory {
  /** Undefined for nobody known; one who is deactivated is known. */
  user(tenantId: string, userId: string): User | undefined;
  /** Up to `limit` users whose ids come after `after`, in the order of ids; '' to begin. */
  usersAfter(tenantId: string, after: string, limit: number): readonly User[];
  /** The path of the image that the tenant file names for a user. */
  photoFile(tenantId: string, userId: string): string | undefined;
  /** The display name that the tenant file has for an application. */
  appName(tenantId: string, appId: string): string | undefined;
}

/** The directory that a server works with. */
export interface ServedDirectory extends UserDirectory {
  /**
   * Takes in what a delegated token says of its user. Called for each token that was verified, so it waits
   * for nothing, and never throws.
   */
  learn(caller: Caller, claims: Readonly<Record<string, unknown>>): void;
  /** Keeps users, in mode `scim` only: there provisioning clients say who exists. */
  readonly ledger: UserLedger | undefined;
  /** Keeps groups; where users are provisioned, these are what `User.groups` means. */
  readonly groups: GroupLedger | undefined;
  /** Keeps what was learnt, and follows nothing any more. */
  stop(): Promise<void>;
}
