import type { Caller } from '../auth/caller.ts';
import { ADDITION_NAMES, type AdditionName } from '../graph/additions.ts';
import type { Version } from '../graph/path.ts';
import type { Route } from '../http/route.ts';

/** Further applications are counted together: tokens may name any. */
const MOST_APPLICATIONS = 1000;
/** What is kept of the permissions in an application's tokens, for either kind of token. */
const MOST_PERMISSIONS = 200;
const LONGEST_PERMISSION = 100;

/** What a token may hold that is about signing in, and opens nothing here. */
const SIGN_IN_SCOPES = ['openid', 'profile', 'email', 'offline_access'];

/** Whose token it is, and for a signed-in user whom the request is about. */
export type TokenUse = 'application' | 'delegatedOneself' | 'delegatedOthers' | 'delegatedMany';

/** One request that was answered. */
export interface Use {
  readonly route: Route;
  /** Undefined for an address of Porchlight's own. */
  readonly version: Version | undefined;
  readonly caller: Caller;
  readonly token: TokenUse;
  readonly status: number;
  /** Refused for want of a permission. */
  readonly lacksPermission: boolean;
  readonly additions: readonly string[];
}

/** Uses of one operation, in one version and with one kind of token. */
export interface OperationUse extends Pick<Use, 'route' | 'version' | 'token'> {
  requests: number;
  succeeded: number;
  lackedPermission: number;
  /** By the first digit of the status. */
  readonly statuses: Map<number, number>;
  readonly additions: Map<AdditionName, number>;
}

export interface ApplicationUse {
  readonly tenantId: string;
  readonly appId: string;
  readonly firstMs: number;
  lastMs: number;
  /** There are no more of them than the route table has, times two versions and four kinds of token. */
  readonly operations: Map<string, OperationUse>;
  /** What its tokens held. */
  readonly held: { readonly application: Set<string>; readonly delegated: Set<string> };
  /** Whose permissions are in `held`: a token is read once. */
  readonly known: WeakSet<ReadonlySet<string>>;
}

/** What applications used since it began. Its memory is bounded. */
export interface UsageRecord {
  readonly sinceMs: number;
  readonly applications: Iterable<ApplicationUse>;
  /** How often something was noted, those left out included. */
  readonly requests: number;
  /** Requests of applications beyond the thousandth. */
  readonly leftOut: number;
  note(use: Use): void;
  /** Forgets all, and begins anew. */
  clear(): void;
}

export function createUsageRecord(nowMs: () => number): UsageRecord {
  const applications = new Map<string, ApplicationUse>();
  let sinceMs = nowMs();
  let requests = 0;
  let leftOut = 0;

  function applicationOf({ tenantId, appId }: Caller): ApplicationUse | undefined {
    const key = `${tenantId} ${appId}`;
    const known = applications.get(key);
    if (known !== undefined || applications.size >= MOST_APPLICATIONS) return known;
    const first: ApplicationUse = {
      tenantId,
      appId,
      firstMs: nowMs(),
      lastMs: 0,
      operations: new Map(),
      held: { application: new Set(), delegated: new Set() },
      known: new WeakSet(),
    };
    applications.set(key, first);
    return first;
  }

  return {
    get sinceMs() {
      return sinceMs;
    },
    get requests() {
      return requests;
    },
    get leftOut() {
      return leftOut;
    },
    applications: { [Symbol.iterator]: () => applications.values() },

    note(use) {
      requests++;
      const application = applicationOf(use.caller);
      if (application === undefined) {
        leftOut++;
        return;
      }
      application.lastMs = nowMs();
      noteHeld(application, use.caller);
      noteUse(operationOf(application, use), use);
    },

    clear() {
      applications.clear();
      sinceMs = nowMs();
      requests = 0;
      leftOut = 0;
    },
  };
}

function operationOf({ operations }: ApplicationUse, { route, version, token }: Use): OperationUse {
  const key = `${route.operation} ${version} ${token}`;
  let operation = operations.get(key);
  if (operation === undefined) {
    const counts = { requests: 0, succeeded: 0, lackedPermission: 0 };
    operation = { route, version, token, ...counts, statuses: new Map(), additions: new Map() };
    operations.set(key, operation);
  }
  return operation;
}

function noteUse(operation: OperationUse, { status, lacksPermission, additions }: Use): void {
  operation.requests++;
  if (status < 400) operation.succeeded++;
  if (lacksPermission) operation.lackedPermission++;
  count(operation.statuses, Math.floor(status / 100));
  for (const name of additions) {
    const known = ADDITION_NAMES.find((each) => each === name);
    if (known !== undefined) count(operation.additions, known);
  }
}

function noteHeld({ held, known }: ApplicationUse, { userId, permissions }: Caller): void {
  if (known.has(permissions)) return;
  known.add(permissions);
  const names = userId === null ? held.application : held.delegated;
  for (const name of permissions) {
    if (names.size >= MOST_PERMISSIONS) return;
    if (name.length <= LONGEST_PERMISSION && !SIGN_IN_SCOPES.includes(name)) names.add(name);
  }
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
