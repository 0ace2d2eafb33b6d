import { hash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseTenants, readTenantFile, type Tenant } from '../auth/tenant-file.ts';
import { isGuid } from '../graph/guid.ts';
import type { TenantOptions, UserOptions } from './porchlight.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/tenant.json', import.meta.url));

export interface PeopleOptions {
  readonly tenant?: string | TenantOptions;
  readonly users?: readonly (string | UserOptions)[];
}

/**
 * The tenant that a test asks for, with what it leaves out taken from the example tenants.
 * Rejects with `TenantFileInvalid` naming the field that can't be.
 */
export async function tenantFor({ tenant = {}, users }: PeopleOptions): Promise<Tenant> {
  const asked = typeof tenant === 'string' ? named(tenant) : tenant;
  const example = (users && alone(asked)) ?? (await exampleFor(asked));
  const isOther =
    (asked.id ?? example.id) !== example.id || (asked.domain ?? example.domain) !== example.domain;
  const domain = asked.domain ?? example.domain;
  const whole = {
    id: asked.id ?? (isOther ? idOf(domain) : example.id),
    domain,
    displayName: asked.displayName ?? (isOther ? domain : example.displayName),
    apps: asked.apps ?? example.apps,
    users:
      users?.map((user) => userIn(domain, user)) ??
      example.users.map((user) => ({
        ...user,
        userPrincipalName: `${shortName(user.userPrincipalName)}@${domain}`,
      })),
  };
  const [parsed] = parseTenants({ tenants: [whole] }, 'startPorchlight');
  if (parsed === undefined) throw new Error('a list of one tenant has none');
  return parsed;
}

/** A tenant of which nothing has to be looked up, if it is one. */
function alone({ id, domain }: TenantOptions): Tenant | undefined {
  if (id === undefined || domain === undefined) return undefined;
  return { id, domain, displayName: domain, users: [], apps: [] };
}

/** The example tenant that is asked for; the first where it is another. */
async function exampleFor({ id, domain }: TenantOptions): Promise<Tenant> {
  const examples = await readTenantFile(EXAMPLES);
  const found = examples.find((each) => each.id === id || each.domain === domain) ?? examples[0];
  if (found === undefined) throw new Error(`${EXAMPLES} has no tenant`);
  return found;
}

/** `ada` of `ada@contoso.example`. */
export function shortName(userPrincipalName: string): string {
  return userPrincipalName.split('@')[0] ?? userPrincipalName;
}

function named(tenant: string): TenantOptions {
  return isGuid(tenant) ? { id: tenant } : { domain: tenant };
}

function userIn(domain: string, user: string | UserOptions): object {
  const given = typeof user === 'string' ? { userPrincipalName: user } : user;
  const { userPrincipalName: name } = given;
  const userPrincipalName = name.includes('@') ? name : `${name}@${domain}`;
  const short = shortName(userPrincipalName);
  return {
    id: idOf(userPrincipalName),
    displayName: `${short.charAt(0).toUpperCase()}${short.slice(1)}`,
    ...given,
    userPrincipalName,
  };
}

/** A GUID that follows from a name, so that it is the same in every run. */
function idOf(name: string): string {
  const digest = hash('sha1', name.toLowerCase());
  // Version 8: made by a rule of one's own (RFC 9562, section 5.8).
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-a${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
