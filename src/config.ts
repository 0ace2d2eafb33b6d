import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { parseDuration } from './graph/duration.ts';
import { isGuid } from './graph/guid.ts';

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
    audiences: Type.Array(Type.String(), {
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
    port: Type.Integer({ default: 4280, minimum: 0, maximum: 65_535, description: 'Port.' }),
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
    description: 'Beyond loopback, either tls or behindProxy: tokens do not travel in the clear.',
  },
);

const Directory = Type.Object(
  {
    mode: Type.Union([Type.Literal('open'), Type.Literal('listed')], {
      default: 'open',
      description:
        'open: a user exists from the first write about them. listed: only the users in the file exist.',
    }),
    file: Type.Optional(
      Type.String({ description: 'Tenants and their users, JSON such as examples/tenant.json.' }),
    ),
  },
  { ...CLOSED, description: 'Who is known.' },
);

/** The configuration file of `porchlight serve`. docs/configuration.md is generated from this. */
export const configSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String({ description: 'For editors; not read.' })),
    listen: Listen,
    publicUrl: Type.Optional(
      Type.String({ description: 'https://host by which clients know the server.' }),
    ),
    profile: Type.Union([Type.Literal('graph'), Type.Literal('extended')], {
      default: 'extended',
      description:
        "graph: refuse what Graph refuses. extended: allow Porchlight's additions (docs/wire-coverage.md).",
    }),
    store: Type.String({
      description: 'Where presence is kept: lmdb:FOLDER, on a local disk.',
    }),
    issuers: Type.Array(Issuer, {
      minItems: 1,
      description: 'Whose tokens are taken. Without one nobody could call.',
    }),
    directory: Directory,
    feed: Type.Object(
      {
        retention: Type.String({
          default: 'P7D',
          description: 'How long changes are kept: an ISO 8601 duration, PT1H at least.',
        }),
      },
      { ...CLOSED, description: 'The log of changes.' },
    ),
    log: Type.Object(
      {
        level: Type.Union(
          ['debug', 'info', 'warn', 'error'].map((level) => Type.Literal(level)),
          { default: 'info', description: 'Least severe messages that are written.' },
        ),
      },
      { ...CLOSED, description: 'JSON lines on standard output.' },
    ),
  },
  CLOSED,
);

/** A configuration with every default filled in; paths are absolute. */
export type Config = Static<typeof configSchema>;

/** The configuration can't be used: says which file, which field, and what it must be. */
export class ConfigInvalid extends Error {
  readonly code = 'ConfigInvalid';

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}`, options);
    this.name = 'ConfigInvalid';
  }
}

const DEFAULTS = {
  listen: { host: '127.0.0.1', port: 4280, behindProxy: false },
  profile: 'extended',
  directory: { mode: 'open' },
  feed: { retention: 'P7D' },
  log: { level: 'info' },
};

const LEAST_RETENTION_MS = 3_600_000;

const validator = Compile(configSchema);

/** Reads and checks a configuration file. Rejects with `ConfigInvalid`. */
export async function readConfig(path: string): Promise<Config> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new ConfigInvalid(path, (error as Error).message, { cause: error });
  }
  return parseConfig(json, path);
}

/** As `readConfig`, for JSON that is read already; relative paths start from the folder of `path`. */
export function parseConfig(json: unknown, path: string): Config {
  const filled = withDefaults(json);
  if (!validator.Check(filled)) {
    const error = validator.Errors(filled)[0];
    const field = error?.instancePath.slice(1).replaceAll('/', '.') || 'the file';
    const missing = error?.keyword === 'required' ? error.params.requiredProperties : [];
    throw new ConfigInvalid(
      path,
      missing.length > 0
        ? `${field} has no ${missing.join(', ')}`
        : `${field} ${error?.keyword === 'boolean' ? 'is not known here' : error?.message}`,
    );
  }
  const unsafe = findUnsafe(filled);
  if (unsafe !== undefined) throw new ConfigInvalid(path, unsafe);
  return withAbsolutePaths(filled, dirname(resolve(path)));
}

function withDefaults(json: unknown): unknown {
  if (!isObject(json)) return json;
  const filled: Record<string, unknown> = { ...DEFAULTS, ...json };
  for (const [name, defaults] of Object.entries(DEFAULTS)) {
    const given = filled[name];
    if (isObject(defaults) && isObject(given)) filled[name] = { ...defaults, ...given };
  }
  return filled;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** What a schema can't say: the settings that would leave the server open, or unable to keep its word. */
function findUnsafe({
  listen,
  store,
  issuers,
  publicUrl,
  feed,
  directory,
}: Config): string | undefined {
  if (!isLoopback(listen.host) && listen.tls === undefined && !listen.behindProxy) {
    return `listen: ${listen.host} is not loopback, so it needs tls, or behindProxy where a proxy speaks HTTPS`;
  }
  if (!store.startsWith('lmdb:') || store.length === 'lmdb:'.length) {
    return `store: '${store}' is not lmdb:FOLDER`;
  }
  for (const [index, { issuer, tenant }] of issuers.entries()) {
    if (!isGuid(tenant)) return `issuers.${index}.tenant is not a GUID`;
    if (!isSafeUrl(issuer)) {
      return `issuers.${index}.issuer must be an https URL (http for loopback only)`;
    }
  }
  if (publicUrl !== undefined && !isSafeUrl(publicUrl)) return 'publicUrl must be an https URL';
  if ((parseDuration(feed.retention) ?? 0) < LEAST_RETENTION_MS) {
    return 'feed.retention must be an ISO 8601 duration of PT1H or more';
  }
  if (directory.mode === 'listed' && directory.file === undefined) {
    return 'directory.file is needed where directory.mode is listed';
  }
  return undefined;
}

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
  );
}

function withAbsolutePaths(config: Config, folder: string): Config {
  const { listen, store, directory } = config;
  const { tls } = listen;
  return {
    ...config,
    store: `lmdb:${resolve(folder, store.slice('lmdb:'.length))}`,
    listen: tls
      ? {
          ...listen,
          tls: { certFile: resolve(folder, tls.certFile), keyFile: resolve(folder, tls.keyFile) },
        }
      : listen,
    directory: directory.file ? { ...directory, file: resolve(folder, directory.file) } : directory,
  };
}
