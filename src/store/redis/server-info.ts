import type { Address } from './address.ts';
import type { Link } from './link.ts';
import { isRefusal } from './link-error.ts';
import { text } from './reply.ts';

/** The oldest Redis that Porchlight is tested with; Valkey calls itself 7.2 and later. */
const OLDEST = [7, 0] as const;

/** How servers are addressed by what they run as. */
const FORMS: Readonly<Record<string, string>> = {
  standalone: 'redis://HOST:PORT',
  cluster: 'redis+cluster://HOST:PORT',
  sentinel: 'redis+sentinel://HOST:PORT/NAME',
};

/** What Redis says of itself: name → value. */
export type ServerInfo = ReadonlyMap<string, string>;

/** Reads the reply to INFO: `name:value` lines under headings. */
export function readInfo(reply: string): ServerInfo {
  const info = new Map<string, string>();
  for (const line of reply.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) info.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return info;
}

/** Why a server can't be one of those that the address leads to; undefined if it can. */
export function complaintAbout(info: ServerInfo, kind: Address['kind']): string | undefined {
  const version = info.get('redis_version') ?? 'an unknown version';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST;
  if (!(major > oldestMajor || (major === oldestMajor && minor >= oldestMinor))) {
    return `it is Redis ${version}; Porchlight needs ${OLDEST.join('.')} or newer`;
  }
  // Valkey's name for it is the second.
  const mode = info.get('redis_mode') ?? info.get('server_mode') ?? 'something unknown';
  if (mode !== (kind === 'cluster' ? 'cluster' : 'standalone')) {
    const form = FORMS[mode];
    return `it runs as ${mode}${form === undefined ? '' : `, and is addressed as ${form}`}`;
  }
  if (info.get('role') !== 'master') return 'it is a replica, which takes no writes';
  return undefined;
}

/** What every server that takes writes says of itself. @throws StoreUnavailable */
export async function askInfos(link: Link): Promise<ReadonlyMap<string, ServerInfo>> {
  const replies = await link.askAll('INFO', []);
  return new Map(replies.map(({ server, reply }) => [server, readInfo(text(reply))]));
}

/** Some settings of all those servers: name → value; undefined where they don't let us see them. */
export async function askSettings(
  link: Link,
  names: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, string>> | undefined> {
  try {
    const replies = await link.askAll('CONFIG', ['GET', ...names]);
    return new Map(replies.map(({ server, reply }) => [server, settingsOf(reply)]));
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
