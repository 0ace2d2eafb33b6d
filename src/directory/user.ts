/** Where it is known from who a user is: the tenant file, their own tokens, or a provisioning client. */
export type UserSource = 'file' | 'token' | 'scim';

/** Who somebody is: Graph's user resource, as far as it is known here. Null is what isn't known. */
export interface User {
  /** Object id, a lower-case GUID. */
  readonly id: string;
  readonly userPrincipalName: string | null;
  readonly displayName: string | null;
  readonly givenName: string | null;
  readonly surname: string | null;
  readonly mail: string | null;
  readonly jobTitle: string | null;
  /** Names or ids of groups. */
  readonly groups: readonly string[];
  /** Whether they may be here: one who is deactivated stays known. */
  readonly isActive: boolean;
  /** What the provisioning client calls them. */
  readonly externalId: string | null;
  readonly source: UserSource;
}

const NO_GROUPS: readonly string[] = [];

/** A user with these properties. There may be a great many of them, so all have one shape. */
export function userWith(
  known: Pick<User, 'id' | 'source'> & { readonly [name in keyof User]?: User[name] | undefined },
): User {
  return {
    id: known.id,
    userPrincipalName: known.userPrincipalName ?? null,
    displayName: known.displayName ?? null,
    givenName: known.givenName ?? null,
    surname: known.surname ?? null,
    mail: known.mail ?? null,
    jobTitle: known.jobTitle ?? null,
    groups: known.groups === undefined || known.groups.length === 0 ? NO_GROUPS : known.groups,
    isActive: known.isActive ?? true,
    externalId: known.externalId ?? null,
    source: known.source,
  };
}
