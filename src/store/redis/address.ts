import type { StoreUnusable } from '../errors.ts';
import { readParameters, refused, type StoreTerms, storeTermsIn } from './address-parameters.ts';
import { type Server, serverName } from './server.ts';

export type { DurabilityMode } from './address-parameters.ts';

interface Common extends StoreTerms {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly isSecure: boolean;
  /** Number of the database. */
  readonly db: number;
  /** For people: the address without credentials. */
  readonly name: string;
}

/** Where a Redis is and how it lets us in. */
export type Address = Common &
  (
    | { readonly kind: 'standalone'; readonly servers: readonly [Server] }
    | {
        readonly kind: 'sentinel';
        /** The sentinels. */
        readonly servers: readonly Server[];
        /** The sentinels' name for the primary. */
        readonly primary: string;
        readonly sentinelUser: string | undefined;
        readonly sentinelPassword: string | undefined;
      }
    | {
        readonly kind: 'cluster';
        /** Some of its servers; they know the others. */
        readonly servers: readonly Server[];
      }
  );

const PORT = 6379;
const SENTINEL_PORT = 26379;

const ADDRESS =
  /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^/?#]*)@)?([^/?#@]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const HOST = /^(?:\[([\da-f:.]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/i;
const DATABASE = /^\d{1,5}$/;

const FORMS = {
  standalone: 'redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]',
  sentinel: 'redis+sentinel://[USER:PASSWORD@]HOST[:PORT],…/NAME[/DATABASE]',
  cluster: 'redis+cluster://[USER:PASSWORD@]HOST[:PORT],…',
} as const;

/**
 * Reads the address of a Redis, in one of three forms:
 *
 *     redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]
 *     redis+sentinel://[USER:PASSWORD@]HOST[:PORT],…/NAME[/DATABASE]
 *     redis+cluster://[USER:PASSWORD@]HOST[:PORT],…
 *
 * or with `rediss` for TLS, and behind it `?durability=primary|available|strict&replicas=N&partitions=N`, for
 * sentinels also `sentinelUser` and `sentinelPassword`.
 * @throws StoreUnusable for any other; the message never repeats it, as it may hold a password
 */
export function readAddress(url: string): Address {
  const match = ADDRESS.exec(url);
  if (match === null) throw unreadable('standalone');
  const [, scheme = '', suffix, credentials = '', hosts = '', path = '', query = ''] = match;
  const kind = suffix === 'sentinel' || suffix === 'cluster' ? suffix : 'standalone';
  const servers = hosts.split(',').map((host) => readHost(host, kind));
  const [first] = servers;
  if (first === undefined || (kind === 'standalone' && servers.length > 1)) throw unreadable(kind);
  const { primary, db } = readPath(path, kind);
  const parameters = readParameters(query, kind);
  const colon = credentials.indexOf(':');
  const username = colon < 0 ? credentials : credentials.slice(0, colon);
  const password = colon < 0 ? '' : credentials.slice(colon + 1);
  const access = {
    username: decoded(username, kind),
    password: decoded(password, kind),
    isSecure: scheme === 'rediss',
    db,
    ...storeTermsIn(parameters, kind),
    name: nameOf({ scheme, suffix, servers, primary, db }),
  };
  switch (kind) {
    case 'standalone':
      return { kind, servers: [first], ...access };
    case 'cluster':
      return { kind, servers, ...access };
    case 'sentinel':
      return {
        kind,
        servers,
        primary,
        sentinelUser: parameters.get('sentinelUser'),
        sentinelPassword: parameters.get('sentinelPassword'),
        ...access,
      };
  }
}

function readHost(text: string, kind: Address['kind']): Server {
  const [, bracketed, plain, port] = HOST.exec(text) ?? [];
  const host = bracketed ?? plain;
  const standard = kind === 'sentinel' ? SENTINEL_PORT : PORT;
  const number = port === undefined ? standard : Number(port);
  if (host === undefined || number > 65_535) throw unreadable(kind);
  return { host, port: number };
}

function readPath(path: string, kind: Address['kind']): { primary: string; db: number } {
  const parts = path === '' ? [] : path.split('/');
  const primary = kind === 'sentinel' ? decoded(parts.shift() ?? '', kind) : '';
  const [database, ...others] = parts;
  // A cluster has no databases but the first.
  const isKnown = database === undefined || (DATABASE.test(database) && kind !== 'cluster');
  if (primary === undefined || !isKnown || others.length > 0) throw unreadable(kind);
  return { primary, db: Number(database ?? 0) };
}

function nameOf(parts: {
  scheme: string;
  suffix: string | undefined;
  servers: readonly Server[];
  primary: string;
  db: number;
}): string {
  const { scheme, suffix, servers, primary, db } = parts;
  const hosts = servers.map(serverName);
  const head = `${scheme}${suffix === undefined ? '' : `+${suffix}`}://${hosts.join(',')}`;
  switch (suffix) {
    case 'cluster':
      return head;
    case 'sentinel':
      return `${head}/${primary}/${db}`;
    default:
      return `${head}/${db}`;
  }
}

function decoded(part: string, kind: Address['kind']): string | undefined {
  try {
    return part === '' ? undefined : decodeURIComponent(part);
  } catch {
    throw unreadable(kind);
  }
}

function unreadable(kind: Address['kind']): StoreUnusable {
  return refused(`its address must be ${FORMS[kind]}, with rediss for TLS`);
}
