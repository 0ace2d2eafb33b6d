import { parseDuration } from '../graph/duration.ts';
import { isGuid } from '../graph/guid.ts';
import { isLoopback } from '../graph/loopback.ts';
import { allowedOrigin } from '../outbound/target.ts';
import { readAddress } from '../store/redis/address.ts';
import { historyMs } from './history.ts';
import type { Config } from './schema.ts';

const LEAST_RETENTION_MS = 3_600_000;

const LEAST_POLL_MS = 60_000;

const LEAST_WINDOW_MS = 1000;
const LONGEST_WINDOW_MS = 3_600_000;

/** What a schema can't say: the settings that would leave the server open, or unable to keep its word. */
export function findUnsafe(config: Config): string | undefined {
  const { listen, store, publicUrl, feed, directory, visibility, throttling, webhooks, calendars } =
    config;
  if (!isLoopback(listen.host) && listen.tls === undefined && !listen.behindProxy) {
    return `listen.host ${listen.host} is not loopback, so listen needs tls, or behindProxy where a proxy speaks HTTPS`;
  }
  const badStore = findBadStore(store);
  if (badStore !== undefined) return badStore;
  if (config.virtualClock && !store.startsWith('lmdb:')) {
    return 'virtualClock needs an embedded store: several servers on one store go by its clock';
  }
  const badIssuer = findUnsafeIssuer(config);
  if (badIssuer !== undefined) return badIssuer;
  if (publicUrl !== undefined && !isOrigin(publicUrl)) {
    return 'publicUrl must be https:// and a host, without a path';
  }
  if ((parseDuration(feed.retention) ?? 0) < LEAST_RETENTION_MS) {
    return 'feed.retention must be an ISO 8601 duration of PT1H or more';
  }
  const badHistory = findBadHistory(config);
  if (badHistory !== undefined) return badHistory;
  if ((parseDuration(calendars.pollEvery) ?? 0) < LEAST_POLL_MS) {
    return 'calendars.pollEvery must be an ISO 8601 duration of PT1M or more';
  }
  const withinMs = parseDuration(throttling.within) ?? 0;
  if (withinMs < LEAST_WINDOW_MS || withinMs > LONGEST_WINDOW_MS) {
    return 'throttling.within must be an ISO 8601 duration from PT1S to PT1H';
  }
  for (const [field, { allow }] of Object.entries({ webhooks, calendars })) {
    const bad = allow.find((entry) => allowedOrigin(entry) === undefined);
    if (bad === undefined) continue;
    return `${field}.allow must hold host:port or http://host:port, not '${bad}'`;
  }
  if (directory.mode === 'file' && directory.file === undefined) {
    return 'directory.file is needed where directory.mode is file';
  }
  if (directory.mode === 'scim' && directory.file !== undefined) {
    return 'directory.file is not read where directory.mode is scim';
  }
  const badSecret = findBadSecret(config);
  if (badSecret !== undefined) return badSecret;
  const hidden = new Set<string>();
  for (const [index, { tenant }] of visibility.entries()) {
    if (!isGuid(tenant)) return `visibility.${index}.tenant is not a GUID`;
    if (hidden.has(tenant.toLowerCase())) return `visibility.${index}.tenant is listed twice`;
    hidden.add(tenant.toLowerCase());
  }
  return undefined;
}

/** The hash isn't repeated: whoever mistook the fields has written the secret there. */
function findBadSecret({ directory, issuers }: Config): string | undefined {
  if (directory.mode !== 'scim' && directory.scim.length > 0) {
    return 'directory.scim is not read unless directory.mode is scim';
  }
  for (const [index, { tenant, tokenSha256 }] of directory.scim.entries()) {
    if (!issuers.some((issuer) => issuer.tenant.toLowerCase() === tenant.toLowerCase())) {
      return `directory.scim.${index}.tenant is the tenant of none of the issuers`;
    }
    if (!/^[\da-f]{64}$/i.test(tokenSha256)) {
      return `directory.scim.${index}.tokenSha256 must be 64 hexadecimal digits, as porchlight scim token prints them`;
    }
  }
  return undefined;
}

/** Changes are told no longer than they are in the feed. */
function findBadHistory({ feed, history }: Config): string | undefined {
  const { retention, tenants } = history;
  const all = tenants.map((each, index) => [`history.tenants.${index}.retention`, each.retention]);
  if (retention !== undefined) all.unshift(['history.retention', retention]);
  for (const [field, text = ''] of all) {
    const forMs = historyMs(text);
    if (forMs === undefined) return `${field} must be off, or an ISO 8601 duration such as P7D`;
    if (forMs > (parseDuration(feed.retention) ?? 0)) {
      return `${field} is longer than feed.retention (${feed.retention}): changes must be kept to be told`;
    }
  }
  const listed = new Set<string>();
  for (const [index, { tenant }] of tenants.entries()) {
    if (!isGuid(tenant)) return `history.tenants.${index}.tenant is not a GUID`;
    if (listed.has(tenant.toLowerCase())) return `history.tenants.${index}.tenant is listed twice`;
    listed.add(tenant.toLowerCase());
  }
  return undefined;
}

/** The address of a Redis isn't repeated: it may hold a password. */
function findBadStore(store: string): string | undefined {
  if (/^rediss?[:+]/.test(store)) {
    try {
      readAddress(store);
      return undefined;
    } catch (error) {
      return String(error instanceof Error ? error.message : error);
    }
  }
  if (store.startsWith('lmdb:') && store.length > 'lmdb:'.length) return undefined;
  return `store must be lmdb:FOLDER or redis://HOST, not '${store.replace(/:.*@/s, ':…@')}'`;
}

function findUnsafeIssuer({ issuers }: Config): string | undefined {
  for (const [index, { issuer, tenant }] of issuers.entries()) {
    if (!isGuid(tenant)) return `issuers.${index}.tenant is not a GUID`;
    if (!isSafeUrl(issuer)) {
      return `issuers.${index}.issuer must be an https URL (http for loopback only)`;
    }
    // Which tenant its tokens belong to would hang on the order of the list.
    const first = issuers.findIndex((each) => each.issuer === issuer);
    if (first !== index) return `issuers.${index}.issuer is that of issuers.${first} too`;
  }
  return undefined;
}

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function isOrigin(text: string): boolean {
  if (!isSafeUrl(text)) return false;
  const { origin, href } = new URL(text);
  return href === `${origin}/`;
}
