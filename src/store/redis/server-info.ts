import { StoreUnusable } from '../errors.ts';
import { isRefusal, type Link } from './link.ts';
import { text } from './reply.ts';

/** The oldest Redis that Porchlight is tested with; Valkey calls itself 7.2 and later. */
const OLDEST = [7, 0] as const;

/** What Redis says of itself: name → value. */
export type ServerInfo = ReadonlyMap<string, string>;

/** @throws StoreUnavailable when it doesn't say */
export async function askInfo(link: Link): Promise<ServerInfo> {
  return readInfo(text(await link.ask('INFO', [])));
}

/** Reads the reply to INFO: `name:value` lines under headings. */
export function readInfo(reply: string): ServerInfo {
  const info = new Map<string, string>();
  for (const line of reply.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) info.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return info;
}

/**
 * @throws StoreUnusable StoreUnreachable for a server that can't keep a store
 */
export function checkServer(name: string, info: ServerInfo): void {
  const complaint = complaintAbout(info);
  if (complaint !== undefined) throw new StoreUnusable('StoreUnreachable', name, complaint);
}

function complaintAbout(info: ServerInfo): string | undefined {
  const version = info.get('redis_version') ?? 'an unknown version';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST;
  if (!(major > oldestMajor || (major === oldestMajor && minor >= oldestMinor))) {
    return `it is Redis ${version}; Porchlight needs ${OLDEST.join('.')} or newer`;
  }
  // Valkey's name for it is the second.
  const mode = info.get('redis_mode') ?? info.get('server_mode');
  if (mode !== 'standalone') {
    return `it runs as ${mode}; this Porchlight needs a standalone server`;
  }
  if (info.get('role') !== 'master') return 'it is a replica, which takes no writes';
  return undefined;
}

/** Some of the server's settings: name → value; undefined where it doesn't let us see them. */
export async function askSettings(
  link: Link,
  names: readonly string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const reply = await link.ask('CONFIG', ['GET', ...names]);
    return settingsOf(reply);
  } catch (error) {
    // Hosted ones don't have the command.
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** Depending on the protocol that was agreed on, names and values come in turn or as an object. */
function settingsOf(reply: unknown): ReadonlyMap<string, string> {
  const flat = Array.isArray(reply) ? reply : Object.entries(reply ?? {}).flat();
  const settings = new Map<string, string>();
  for (let at = 0; at + 1 < flat.length; at += 2) {
    settings.set(String(flat[at]), String(flat[at + 1]));
  }
  return settings;
}
