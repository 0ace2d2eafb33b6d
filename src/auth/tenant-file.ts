import { open, readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { IMAGE_MARK_BYTES, imageType, LARGEST_IMAGE_BYTES } from '../graph/image.ts';

/** What a text must look like, and how to say so. */
const GUID = {
  pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
  description: 'a GUID',
};
const NAME = { pattern: '^.{1,256}$', description: 'text of 1 to 256 characters' };
const UPN = {
  pattern: '^[^@\\s/]{1,64}@[^@\\s/]{1,190}$',
  description: 'a user principal name such as ada@contoso.example',
};
const DOMAIN = {
  pattern: '^([a-zA-Z0-9-]{1,63}\\.){1,8}[a-zA-Z0-9-]{1,63}$',
  description: 'a domain name such as contoso.example',
};
const PERMISSION = {
  pattern: '^[A-Za-z][A-Za-z0-9._-]{0,127}$',
  description: 'a permission such as Presence.Read.All',
};
const MAIL = {
  pattern: '^[^@\\s]{1,64}@[^@\\s]{1,253}$',
  description: 'an e-mail address such as ada@contoso.example',
};
const FILE = { pattern: '^.{1,1024}$', description: 'the path of a file' };
const SHAPES = [GUID, NAME, UPN, DOMAIN, PERMISSION, MAIL, FILE];

/** As many groups as anybody would have; a list beyond it is a mistake. */
const MOST_GROUPS = 200;

const Guid = Type.String(GUID);
const Name = Type.String(NAME);
const CLOSED = { additionalProperties: false };

const User = Type.Object(
  {
    id: Guid,
    userPrincipalName: Type.String(UPN),
    displayName: Name,
    givenName: Type.Optional(Name),
    surname: Type.Optional(Name),
    mail: Type.Optional(Type.String(MAIL)),
    jobTitle: Type.Optional(Name),
    groups: Type.Optional(Type.Array(Name, { maxItems: MOST_GROUPS })),
    photo: Type.Optional(Type.String(FILE)),
  },
  CLOSED,
);
const App = Type.Object(
  { appId: Guid, displayName: Name, roles: Type.Optional(Type.Array(Type.String(PERMISSION))) },
  CLOSED,
);
const Tenant = Type.Object(
  {
    id: Guid,
    domain: Type.String(DOMAIN),
    displayName: Name,
    users: Type.Array(User),
    apps: Type.Array(App),
  },
  CLOSED,
);
const TenantFile = Compile(
  Type.Object(
    { $schema: Type.Optional(Type.String()), tenants: Type.Array(Tenant, { minItems: 1 }) },
    CLOSED,
  ),
);

export type TenantUser = Readonly<Static<typeof User>>;

/** An application. Without `roles` it has every application permission there is for presence. */
export type TenantApp = Readonly<Static<typeof App>>;

/** A tenant of the file. Ids, domain and user principal names are in lower case. */
export interface Tenant extends Readonly<Omit<Static<typeof Tenant>, 'users' | 'apps'>> {
  readonly users: readonly TenantUser[];
  readonly apps: readonly TenantApp[];
}

/** The tenant file can't be used; the message names the file, the field and what it must be. */
export class TenantFileInvalid extends Error {
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}`, options);
    this.name = 'TenantFileInvalid';
  }
}

/**
 * Reads tenants, their users and apps from a JSON file. Paths of photos start from its folder, and are absolute
 * here. Rejects with `TenantFileInvalid`, also when one of the photos isn't there or isn't one.
 */
export async function readTenantFile(path: string): Promise<readonly Tenant[]> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new TenantFileInvalid(path, (error as Error).message, { cause: error });
  }
  const tenants = parseTenants(json, path);
  const withPhotos: Tenant[] = [];
  for (const [index, tenant] of tenants.entries()) {
    const users: TenantUser[] = [];
    for (const [at, user] of tenant.users.entries()) {
      users.push(await withPhoto(user, path, `tenants[${index}].users[${at}].photo`));
    }
    withPhotos.push({ ...tenant, users });
  }
  return withPhotos;
}

async function withPhoto(user: TenantUser, path: string, field: string): Promise<TenantUser> {
  if (user.photo === undefined) return user;
  const photo = resolve(dirname(path), user.photo);
  const problem = await photoProblem(photo);
  if (problem !== undefined) throw new TenantFileInvalid(path, `${field}: ${problem}`);
  return { ...user, photo };
}

async function photoProblem(photo: string): Promise<string | undefined> {
  try {
    const file = await open(photo);
    try {
      const { size } = await file.stat();
      if (size > LARGEST_IMAGE_BYTES) {
        return `${photo} has ${size} bytes; ${LARGEST_IMAGE_BYTES} are the most`;
      }
      const { buffer } = await file.read(Buffer.alloc(IMAGE_MARK_BYTES), 0, IMAGE_MARK_BYTES, 0);
      return imageType(buffer) === undefined ? `${photo} is no JPEG, PNG or GIF` : undefined;
    } finally {
      await file.close();
    }
  } catch (error) {
    return (error as Error).message;
  }
}

/** As `readTenantFile`, without looking for the photos, for JSON that is read already; `path` is for messages. */
export function parseTenants(json: unknown, path: string): readonly Tenant[] {
  if (!TenantFile.Check(json)) throw new TenantFileInvalid(path, firstProblem(json));
  const tenants = json.tenants.map(lowerCased);

  const twice =
    firstTwice('tenants', 'id', tenants) ??
    firstTwice('tenants', 'domain', tenants) ??
    tenants
      .map(
        ({ users, apps }, index) =>
          firstTwice(`tenants[${index}].users`, 'id', users) ??
          firstTwice(`tenants[${index}].users`, 'userPrincipalName', users) ??
          firstTwice(`tenants[${index}].apps`, 'appId', apps),
      )
      .find((problem) => problem !== undefined);
  if (twice !== undefined) throw new TenantFileInvalid(path, twice);
  return tenants;
}

function lowerCased(tenant: Static<typeof Tenant>): Tenant {
  return {
    ...tenant,
    id: tenant.id.toLowerCase(),
    domain: tenant.domain.toLowerCase(),
    users: tenant.users.map((user) => ({
      ...user,
      id: user.id.toLowerCase(),
      userPrincipalName: user.userPrincipalName.toLowerCase(),
    })),
    apps: tenant.apps.map((app) => ({ ...app, appId: app.appId.toLowerCase() })),
  };
}

function firstTwice<Field extends string>(
  list: string,
  field: Field,
  entries: readonly { readonly [name in Field]: string }[],
): string | undefined {
  const firstIndex = new Map<string, number>();
  for (const [index, { [field]: value }] of entries.entries()) {
    const first = firstIndex.get(value);
    if (first !== undefined) return `${list}[${index}].${field} is that of ${list}[${first}] too`;
    firstIndex.set(value, index);
  }
  return undefined;
}

function firstProblem(json: unknown): string {
  const error = TenantFile.Errors(json)[0];
  if (error === undefined) return 'it is not a list of tenants';
  const field = fieldOf(error.instancePath);
  switch (error.keyword) {
    case 'required':
      return `${field} has no ${error.params.requiredProperties.join(', ')}`;
    case 'boolean':
      return `${field} is not a field known here`;
    case 'pattern': {
      const { pattern } = error.params;
      const shape = SHAPES.find((one) => one.pattern === pattern);
      return `${field} must be ${shape?.description ?? `text that matches ${pattern}`}`;
    }
    default:
      return `${field} ${error.message}`;
  }
}

/** `tenants[0].users[1].id` for `/tenants/0/users/1/id`. */
function fieldOf(instancePath: string): string {
  if (instancePath === '') return 'the file';
  return instancePath
    .slice(1)
    .replace(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.');
}
