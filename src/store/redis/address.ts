import { StoreUnusable } from '../errors.ts';

/** Where a Redis is and how it lets us in. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** Number of the database. */
  readonly db: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly isSecure: boolean;
  /** For people: the address without credentials. */
  readonly name: string;
}

const PORT = 6379;
const DATABASE = /^\/?(\d{0,5})$/;

/**
 * Reads `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS.
 * @throws StoreUnusable for any other address
 */
export function readAddress(url: string): Address {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const database = parsed && DATABASE.exec(parsed.pathname)?.[1];
  const isKnown = parsed?.protocol === 'redis:' || parsed?.protocol === 'rediss:';
  const isPlain = parsed?.search === '' && parsed.hash === '' && parsed.hostname !== '';
  const username = decoded(parsed?.username);
  const password = decoded(parsed?.password);
  const isWhole = database !== undefined && username !== undefined && password !== undefined;
  if (parsed === undefined || !isWhole || !isKnown || !isPlain) {
    // Not the address itself: it may hold a password.
    throw new StoreUnusable(
      'StoreUnreachable',
      'store',
      'its address must be redis://[user:password@]host[:port][/database], or rediss:// for TLS',
    );
  }
  const { protocol, hostname, port } = parsed;
  const db = Number(database);
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? PORT : Number(port),
    db,
    username: username === '' ? undefined : username,
    password: password === '' ? undefined : password,
    isSecure: protocol === 'rediss:',
    name: `${protocol}//${hostname}:${port || PORT}/${db}`,
  };
}

function decoded(part = ''): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
