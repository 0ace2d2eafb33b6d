import type { DevIssuer } from '../auth/dev-issuer/dev-issuer.ts';
import { ALL_APPLICATION, ALL_DELEGATED } from '../auth/dev-issuer/everything.ts';
import { GRAPH } from '../auth/dev-issuer/scope.ts';
import type { Grant } from '../auth/dev-issuer/token-response.ts';
import type { Tenant, TenantApp, TenantUser } from '../auth/tenant-file.ts';
import type { Clock } from '../clock.ts';
import { parseDuration, shortened } from '../graph/duration.ts';
import { type GraphError, invalidArgument } from '../graph/error.ts';
import { isGuid } from '../graph/guid.ts';
import { shortName } from './people.ts';
import type { TokenOptions } from './porchlight.ts';

const DEFAULT_LIFETIME_MS = 3_600_000;
const LONGEST_LIFETIME_MS = 30 * 86_400_000;

/** Of tenants that name no applications of their own. */
const SOME_APP = '22553876-f5ab-4529-bffb-cfe50aa89f87';

const PERMISSION = /^[A-Za-z][A-Za-z0-9._-]{0,127}$/;

export interface TokensParts {
  readonly issuer: Pick<DevIssuer, 'token'>;
  readonly tenants: readonly Tenant[];
  readonly clock: Pick<Clock, 'nowMs'>;
  /** The address of the server whose issuer it is. */
  readonly base: () => string;
}

export interface TokenWish extends TokenOptions {
  /** Id or domain; the first tenant by default. */
  readonly tenant?: string;
}

export interface IssuedToken {
  readonly token: string;
  readonly expiresMs: number;
}

/** Gives tokens of any user and any application. */
export interface Tokens {
  /** Rejects with GraphError 400 naming the field that can't be. */
  issue(wish: TokenWish): Promise<IssuedToken>;
}

export function createTokens({ issuer, tenants, clock, base }: TokensParts): Tokens {
  return {
    async issue(wish) {
      const tenant = tenantCalled(wish.tenant, tenants);
      const app = appCalled(wish.app, tenant);
      const lifetimeMs = lifetimeOf(wish.expiresIn);
      const { user: userName } = wish;
      const common = { appId: app.appId, resource: GRAPH, lifetimeMs };
      const grant: Grant =
        userName === undefined
          ? {
              ...common,
              kind: 'application',
              appName: app.displayName,
              permissions: permissionsIn(wish) ?? app.roles ?? ALL_APPLICATION,
            }
          : {
              ...common,
              kind: 'delegated',
              user: userCalled(userName, tenant),
              permissions: permissionsIn(wish) ?? ALL_DELEGATED,
              openid: [],
              wantsClientInfo: false,
            };
      const expiresMs = Math.floor((clock.nowMs() + lifetimeMs) / 1000) * 1000;
      return { token: await issuer.token(grant, tenant.id, base()), expiresMs };
    },
  };
}

/** The client id of whose tokens are given where none is named. */
export function defaultApp({ apps }: Pick<Tenant, 'apps'>): string {
  return apps[0]?.appId ?? SOME_APP;
}

/** The user of a tenant by object id, user principal name, or what stands in that before the @. */
export function findUser(name: string, { users }: Tenant): TenantUser | undefined {
  const wanted = name.toLowerCase();
  return (
    users.find(({ id, userPrincipalName }) => id === wanted || userPrincipalName === wanted) ??
    users.find(({ userPrincipalName }) => shortName(userPrincipalName) === wanted)
  );
}

export function nobodyCalled(name: string, { users }: Tenant): GraphError {
  const known = users.slice(0, 20).map(({ userPrincipalName }) => userPrincipalName);
  return invalidArgument(
    `[User]: nobody is called '${shortened(name)}'; it is the object id of any user, or a name of one of ${known.join(', ')}.`,
  );
}

function tenantCalled(name: string | undefined, tenants: readonly Tenant[]): Tenant {
  const wanted = name?.toLowerCase();
  const tenant =
    wanted === undefined
      ? tenants[0]
      : tenants.find(({ id, domain }) => id === wanted || domain === wanted);
  if (tenant !== undefined) return tenant;
  const known = tenants.map(({ domain }) => domain).join(', ');
  throw invalidArgument(`[Tenant]: '${shortened(name ?? '')}' is none of ${known}.`);
}

function appCalled(
  name: string | undefined,
  { apps }: Tenant,
): Omit<TenantApp, 'displayName'> & { readonly displayName: string | undefined } {
  const wanted = name?.toLowerCase() ?? defaultApp({ apps });
  const app = apps.find(
    ({ appId, displayName }) => appId === wanted || displayName.toLowerCase() === wanted,
  );
  if (app !== undefined) return app;
  if (isGuid(wanted)) return { appId: wanted, displayName: undefined };
  const known = apps.map(({ displayName }) => displayName).join(', ');
  throw invalidArgument(
    `[App]: '${shortened(wanted)}' is neither the client id of any application nor the name of one of ${known}.`,
  );
}

function userCalled(name: string, tenant: Tenant): { id: string; upn?: string; name?: string } {
  const user = findUser(name, tenant);
  if (user !== undefined) {
    return { id: user.id, upn: user.userPrincipalName, name: user.displayName };
  }
  if (isGuid(name)) return { id: name.toLowerCase() };
  throw nobodyCalled(name, tenant);
}

function permissionsIn({ permissions }: TokenWish): readonly string[] | undefined {
  const wrong = permissions?.find((permission) => !PERMISSION.test(permission));
  if (wrong === undefined) return permissions && [...new Set(permissions)];
  throw invalidArgument(
    `[Permissions]: '${shortened(wrong)}' is no permission such as Presence.Read.All.`,
  );
}

function lifetimeOf(expiresIn: string | number = DEFAULT_LIFETIME_MS): number {
  const lifetimeMs = typeof expiresIn === 'number' ? expiresIn : parseDuration(expiresIn);
  if (lifetimeMs !== undefined && Math.abs(lifetimeMs) <= LONGEST_LIFETIME_MS) return lifetimeMs;
  throw invalidArgument(
    '[ExpiresIn]: must be an ISO 8601 duration such as PT1H, up to P30D; a negative one makes an expired token.',
  );
}
