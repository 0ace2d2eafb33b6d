import { CommandFailed } from './command.ts';
import { request } from './request.ts';

/** Of Graph's own examples. */
export const EXAMPLE_APP = '22553876-f5ab-4529-bffb-cfe50aa89f87';

const GRAPH = 'https://graph.microsoft.com';

/** The token wanted of a dev server: with a user a delegated one, without an application's own. */
export interface TokenRequest {
  readonly url: URL;
  /** Tenant id or domain; `common` is the first tenant. */
  readonly tenant: string;
  readonly app: string;
  readonly user?: string | undefined;
  /** Delegated permissions, all of presence without them. */
  readonly scopes?: string | undefined;
  /** Application permissions, all of presence without them. */
  readonly roles?: string | undefined;
  /** ISO 8601 duration. */
  readonly ttl?: string | undefined;
}

/** Asks a running dev server's issuer for a token. @throws CommandFailed saying why there is none */
export async function askToken({ url, tenant, ...wanted }: TokenRequest): Promise<string> {
  const endpoint = new URL(`/${encodeURIComponent(tenant)}/oauth2/v2.0/token`, url);
  const { status, json } = await request(endpoint, { method: 'POST', body: formOf(wanted) });
  const answer = (json ?? {}) as Record<string, unknown>;
  if (typeof answer.access_token === 'string') return answer.access_token;
  throw new CommandFailed(
    typeof answer.error_description === 'string'
      ? answer.error_description
      : `${url.origin} answered ${status} without a token: is it \`porchlight dev\`?`,
  );
}

/**
 * The token given, or else one by which a dev server may be looked after.
 * @throws CommandFailed saying why there is none
 */
export async function managerToken(
  url: URL,
  given: string | undefined,
  tenant = 'common',
): Promise<string> {
  const app = EXAMPLE_APP;
  return given ?? askToken({ url, tenant, app, roles: 'Porchlight.Manage.All' });
}

function formOf({ app, user, scopes, roles, ttl }: Omit<TokenRequest, 'url' | 'tenant'>) {
  const form = new URLSearchParams({ client_id: app, client_secret: 'any in dev' });
  if (user === undefined) {
    form.set('grant_type', 'client_credentials');
    form.set('scope', `${GRAPH}/.default`);
    if (roles !== undefined) form.set('roles', roles);
  } else {
    form.set('grant_type', 'password');
    form.set('username', user);
    form.set('password', 'any in dev');
    form.set('scope', scopes ?? `${GRAPH}/.default`);
  }
  if (ttl !== undefined) form.set('ttl', ttl);
  return form;
}
