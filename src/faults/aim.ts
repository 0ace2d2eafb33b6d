/** What a rule is about; null for whatever it may be. */
export interface Aim {
  /** Graph's name of the operation; null for all, and for notifications. */
  readonly operation: string | null;
  readonly tenantId: string | null;
  /** The application that calls, or that made the subscription. */
  readonly appId: string | null;
  /** Object id or user principal name: whom it is about, or who is signed in. */
  readonly user: string | null;
  readonly subscriptionId: string | null;
}

/** A request, or a notification, as far as rules look at it. Ids are in lower case. */
export interface Target {
  /** None for a notification. */
  readonly operation?: string;
  readonly tenantId: string;
  readonly appId: string;
  /** Object ids: whom it is about, and who is signed in. */
  readonly users: readonly string[];
  readonly subscriptionId?: string | undefined;
}

/** The object id that a name means in a tenant. */
export type Resolve = (tenantId: string, name: string) => string | undefined;

export function isAimedAt(aim: Aim, target: Target, resolve: Resolve): boolean {
  if (aim.operation !== null && aim.operation !== target.operation) return false;
  if (aim.tenantId !== null && aim.tenantId !== target.tenantId) return false;
  if (aim.appId !== null && aim.appId !== target.appId) return false;
  if (aim.subscriptionId !== null && aim.subscriptionId !== target.subscriptionId) return false;
  if (aim.user === null) return true;
  const user = resolve(target.tenantId, aim.user);
  return user !== undefined && target.users.includes(user);
}
