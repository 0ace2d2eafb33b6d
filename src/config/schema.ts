import Type, { type Static } from 'typebox';

const CLOSED = { additionalProperties: false };

const Claims = Type.Object(
  {
    user: Type.Optional(
      Type.String({ description: "The signed-in user's object id. Entra: oid." }),
    ),
    app: Type.Optional(Type.String({ description: "The application's id. Entra: azp or appid." })),
    tenant: Type.Optional(Type.String({ description: 'The tenant. Entra: tid.' })),
    scopes: Type.Optional(Type.String({ description: 'Delegated permissions. Entra: scp.' })),
    roles: Type.Optional(Type.String({ description: 'Application permissions. Entra: roles.' })),
  },
  {
    ...CLOSED,
    description:
      'Names of the claims that say who calls, where the issuer does not use those of Entra; dots lead into a claim (realm_access.roles).',
  },
);

const Issuer = Type.Object(
  {
    issuer: Type.String({
      description:
        'The issuer as its tokens name it (iss). Its keys are found through its OpenID configuration. https, but for loopback.',
    }),
    tenant: Type.String({ description: 'GUID of the tenant whose tokens it issues.' }),
    audiences: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      description: 'A token must be meant for one of these (aud).',
    }),
    claims: Type.Optional(Claims),
  },
  CLOSED,
);

const Listen = Type.Object(
  {
    host: Type.String({ default: '127.0.0.1', description: 'Address to listen on.' }),
    port: Type.Integer({
      default: 4280,
      minimum: 0,
      maximum: 65_535,
      description: 'Port; 0 picks a free one, which the log names.',
    }),
    tls: Type.Optional(
      Type.Object(
        {
          certFile: Type.String({ description: 'Certificate chain, PEM.' }),
          keyFile: Type.String({ description: 'Private key, PEM.' }),
        },
        { ...CLOSED, description: 'Speak HTTPS with this certificate.' },
      ),
    ),
    behindProxy: Type.Boolean({
      default: false,
      description:
        'A proxy in front speaks HTTPS for this server; its X-Forwarded headers are believed.',
    }),
  },
  {
    ...CLOSED,
    default: {},
    description: 'Beyond loopback, either tls or behindProxy: tokens do not travel in the clear.',
  },
);

const ProvisioningSecret = Type.Object(
  {
    tenant: Type.String({
      description: 'GUID of the tenant that is provisioned; an issuer has it.',
    }),
    tokenSha256: Type.String({
      description: "SHA-256 of the client's secret token, hex, as porchlight scim token prints it.",
    }),
  },
  CLOSED,
);

const Directory = Type.Object(
  {
    mode: Type.Enum(['open', 'file', 'scim'], {
      default: 'open',
      description:
        'open: a user exists from the first word about them, and names are learnt from tokens. file: only the users in the file exist. scim: only those exist that a provisioning client has put here.',
    }),
    file: Type.Optional(
      Type.String({
        description:
          'Tenants, their users and the names of their applications, JSON such as examples/tenant.json; read anew when it changes. In mode open what it says of a user goes before what tokens say.',
      }),
    ),
    scim: Type.Array(ProvisioningSecret, {
      default: [],
      description:
        'In mode scim: who may provision, beside applications with User.ReadWrite.All (docs/scim.md). Several of one tenant let its secret be changed without a gap.',
    }),
  },
  { ...CLOSED, default: {}, description: 'Who is known.' },
);

const TenantVisibility = Type.Object(
  {
    tenant: Type.String({ description: 'GUID of the tenant.' }),
    who: Type.Enum(['everyone', 'groups', 'nobody'], {
      description:
        'Whom a signed-in user sees: everyone, those who are in one of their groups (as the directory lists them), or nobody but themselves. Whom they do not see is shown to them as Offline.',
    }),
    seeEveryone: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: 'Groups whose members see everyone all the same, such as a reception.',
    }),
  },
  CLOSED,
);

const TenantHistory = Type.Object(
  {
    tenant: Type.String({ description: 'GUID of the tenant.' }),
    retention: Type.String({ description: 'As history.retention.' }),
  },
  CLOSED,
);

/**
 * The configuration file of `porchlight serve`. Defaults are filled in from here, and
 * docs/configuration.md is generated from here. Paths are relative to the file's folder.
 */
export const configSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String({ description: 'For editors; not read.' })),
    listen: Listen,
    publicUrl: Type.Optional(
      Type.String({ description: 'https://host by which clients know the server.' }),
    ),
    profile: Type.Enum(['graph', 'extended'], {
      default: 'extended',
      description:
        "graph: refuse what Graph refuses. extended: allow Porchlight's additions (docs/wire-coverage.md).",
    }),
    strict: Type.Boolean({
      default: false,
      description:
        'An addition of Porchlight is an error, 400 that names it, in either profile (docs/strictness.md).',
    }),
    report: Type.Boolean({
      default: false,
      description:
        'Note which operations and permissions applications use, for porchlight report; in memory, each process for itself.',
    }),
    store: Type.String({
      description:
        'Where presence is kept: lmdb:FOLDER, on a local disk; or in a Redis of version 7.0 or newer, with the package ioredis installed: redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE], redis+sentinel://[USER:PASSWORD@]HOST[:PORT],…/NAME[/DATABASE] or redis+cluster://[USER:PASSWORD@]HOST[:PORT],…, with rediss for TLS. Behind it may stand ?durability=primary, available or strict, &replicas=NUMBER with strict, and &partitions=NUMBER for a new store.',
    }),
    issuers: Type.Array(Issuer, {
      minItems: 1,
      description: 'Whose tokens are taken. Without one nobody could call.',
    }),
    directory: Directory,
    visibility: Type.Array(TenantVisibility, {
      default: [],
      description:
        'Who sees whose presence, beyond what permissions say. In a tenant that is not listed, everyone sees everyone; applications by themselves see everyone in each.',
    }),
    feed: Type.Object(
      {
        retention: Type.String({
          default: 'P7D',
          description: 'How long changes are kept: an ISO 8601 duration, PT1H at least.',
        }),
      },
      { ...CLOSED, default: {}, description: 'The log of changes.' },
    ),
    throttling: Type.Object(
      {
        requests: Type.Optional(
          Type.Integer({
            minimum: 0,
            maximum: 1_000_000_000,
            description:
              'How many an application may make in a tenant before it gets 429; 0 for any number. Without it 10,000 in profile graph, as in Graph, and any number in extended.',
          }),
        ),
        within: Type.String({
          default: 'PT30S',
          description: 'In which time: an ISO 8601 duration, PT1S to PT1H.',
        }),
      },
      {
        ...CLOSED,
        default: {},
        description:
          'Requests to the addresses of Graph, each part of a batch for itself. Each server counts what comes to it.',
      },
    ),
    history: Type.Object(
      {
        retention: Type.Optional(
          Type.String({
            description:
              "For how long a user's changes can be asked for: an ISO 8601 duration up to feed.retention, or off. P7D by default, or feed.retention where that is less.",
          }),
        ),
        tenants: Type.Array(TenantHistory, {
          default: [],
          description: 'Tenants of which it is otherwise.',
        }),
      },
      { ...CLOSED, default: {}, description: 'What became of presence (docs/history.md).' },
    ),
    webhooks: Type.Object(
      {
        allow: Type.Array(Type.String({ minLength: 1 }), {
          default: [],
          description:
            'Receivers on private networks: host:port is reached by HTTPS, http://host:port in the clear. Every other receiver must have a public address and HTTPS.',
        }),
      },
      { ...CLOSED, default: {}, description: 'Where change notifications may go.' },
    ),
    calendars: Type.Object(
      {
        pollEvery: Type.String({
          default: 'PT15M',
          description: 'How often calendar feeds are fetched: an ISO 8601 duration, PT1M at least.',
        }),
        folder: Type.Optional(
          Type.String({
            description:
              'Calendars as files, looked at every 10 s: FOLDER/USER.ics, where USER is a user principal name or an object id; with several tenants, FOLDER/TENANT/USER.ics, where TENANT is an id or a domain.',
          }),
        ),
        allow: Type.Array(Type.String({ minLength: 1 }), {
          default: [],
          description:
            'Calendar servers on private networks, as in webhooks.allow. Every other one must have a public address and HTTPS.',
        }),
      },
      { ...CLOSED, default: {}, description: "Where other people's calendars come from." },
    ),
    virtualClock: Type.Boolean({
      default: false,
      description:
        'For test installations: an application with Porchlight.Manage.All may stop and move the clock (/porchlight/clock). Needs an embedded store and one process.',
    }),
    log: Type.Object(
      {
        level: Type.Enum(['debug', 'info', 'warn', 'error'], {
          default: 'info',
          description: 'Least severe messages that are written.',
        }),
      },
      { ...CLOSED, default: {}, description: 'JSON lines on standard output.' },
    ),
  },
  CLOSED,
);

/** A configuration with every default filled in; paths are absolute. */
export type Config = Static<typeof configSchema>;
