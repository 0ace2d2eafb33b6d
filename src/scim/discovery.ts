import type { ScimCall, ScimReply, ScimRoute } from './call.ts';
import { notFound } from './error.ts';
import { listReply, MOST_ON_PAGE } from './list.ts';
import { GROUP, RESOURCE_TYPE, SCHEMA, SERVICE_PROVIDER_CONFIG, USER } from './schema-ids.ts';
import type { Resource } from './selection.ts';

/** What a client may ask about the server itself. Source: RFC 7644, section 4; RFC 7643, sections 5 to 7. */
export function discoveryRoutes(): readonly ScimRoute[] {
  return [
    {
      method: 'GET',
      path: '/ServiceProviderConfig',
      handle: async ({ base }) => ({ status: 200, body: serviceProviderConfig(base) }),
    },
    ...listed('/ResourceTypes', resourceTypes),
    ...listed('/Schemas', schemas),
  ];
}

/** A list, and each of it by its id. */
function listed(path: string, all: (base: string) => readonly Resource[]): readonly ScimRoute[] {
  return [
    {
      method: 'GET',
      path,
      async handle({ base }) {
        const resources = all(base);
        return listReply(resources.length, 1, resources);
      },
    },
    {
      method: 'GET',
      path: `${path}/:id`,
      async handle({ base, id }: ScimCall): Promise<ScimReply> {
        const found = all(base).find((each) => String(each.id).toLowerCase() === id.toLowerCase());
        if (found === undefined) throw notFound(`'${id.slice(0, 100)}'`);
        return { status: 200, body: found };
      },
    },
  ];
}

function serviceProviderConfig(base: string): Resource {
  const no = { supported: false };
  return {
    schemas: [SERVICE_PROVIDER_CONFIG],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: MOST_ON_PAGE },
    changePassword: no,
    sort: no,
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer token',
        description: 'A secret of the tenant, or an access token of an application.',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    meta: {
      resourceType: 'ServiceProviderConfig',
      location: `${base}/ServiceProviderConfig`,
    },
  };
}

function resourceTypes(base: string): readonly Resource[] {
  const type = (id: string, schema: string) => ({
    schemas: [RESOURCE_TYPE],
    id,
    name: id,
    endpoint: `/${id}s`,
    schema,
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${id}` },
  });
  return [type('User', USER), type('Group', GROUP)];
}

/** Characteristics of an attribute that differ from those of most. */
interface Characteristics {
  readonly type?: 'string' | 'boolean' | 'complex' | 'reference';
  readonly multiValued?: boolean;
  readonly required?: boolean;
  readonly caseExact?: boolean;
  readonly mutability?: 'readOnly' | 'readWrite' | 'immutable';
  readonly uniqueness?: 'none' | 'server';
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly object[];
}

function attribute(name: string, description: string, given: Characteristics = {}): object {
  return {
    name,
    type: 'string',
    multiValued: false,
    description,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...given,
  };
}

const reference = (to: string, mutability: 'readOnly' | 'immutable') =>
  attribute('$ref', 'Where it is.', { type: 'reference', referenceTypes: [to], mutability });

const USER_ATTRIBUTES = [
  attribute('userName', 'By what the user signs in: the user principal name.', {
    required: true,
    uniqueness: 'server',
  }),
  attribute('name', 'The parts of the name.', {
    type: 'complex',
    subAttributes: [
      attribute('formatted', 'Given name and family name.', { mutability: 'readOnly' }),
      attribute('familyName', 'The family name.'),
      attribute('givenName', 'The given name.'),
    ],
  }),
  attribute('displayName', 'What the user is shown as.'),
  attribute('title', 'The job title.'),
  attribute('active', 'Whether the user may be here.', { type: 'boolean' }),
  attribute('emails', 'The mail address; there is place for one.', {
    type: 'complex',
    multiValued: true,
    subAttributes: [
      attribute('value', 'The address.'),
      attribute('type', 'Always work.'),
      attribute('primary', 'Always true.', { type: 'boolean' }),
    ],
  }),
  attribute('groups', 'The groups that the user is in.', {
    type: 'complex',
    multiValued: true,
    mutability: 'readOnly',
    subAttributes: [
      attribute('value', 'The id of the group.', { mutability: 'readOnly', caseExact: true }),
      reference('Group', 'readOnly'),
      attribute('display', 'The name of the group.', { mutability: 'readOnly' }),
      attribute('type', 'Always direct.', { mutability: 'readOnly' }),
    ],
  }),
];

const GROUP_ATTRIBUTES = [
  attribute('displayName', 'The name of the group.', { required: true, uniqueness: 'server' }),
  attribute('members', 'The users in it.', {
    type: 'complex',
    multiValued: true,
    subAttributes: [
      attribute('value', 'The id of the user.', { mutability: 'immutable', caseExact: true }),
      reference('User', 'immutable'),
      attribute('display', 'What the user is shown as.', { mutability: 'readOnly' }),
      attribute('type', 'Always User.', { mutability: 'immutable' }),
    ],
  }),
];

function schemas(base: string): readonly Resource[] {
  const schema = (
    id: string,
    name: string,
    description: string,
    attributes: readonly object[],
  ) => ({
    schemas: [SCHEMA],
    id,
    name,
    description,
    attributes,
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${id}` },
  });
  return [
    schema(USER, 'User', 'Who is known here.', USER_ATTRIBUTES),
    schema(GROUP, 'Group', 'Who may see whom goes by groups.', GROUP_ATTRIBUTES),
  ];
}
