import { constants, type Dirent } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { UserKey } from '../store/store.ts';
import { MOST_BYTES, MOST_FILES } from './bounds.ts';
import type { People } from './people.ts';
import { userId } from './stored-feed.ts';

/** Where calendars lie as files. */
export interface CalendarFolder {
  readonly path: string;
  /** Of one tenant they lie in it; of each they may lie in a folder below it that is called as the tenant. */
  readonly tenants: readonly FolderTenant[];
}

export interface FolderTenant {
  readonly id: string;
  /** As which it is known beside its id, such as `contoso.example`. */
  readonly domain?: string;
}

/** A person's calendar as it lies there. */
export interface CalendarFile {
  readonly user: UserKey;
  readonly path: string;
  /** The user principal name that the file is called by; undefined where that is an object id. */
  readonly address: string | undefined;
  /** Another one when the file was changed, as far as the file system says. */
  readonly stamp: string;
}

export interface FolderListing {
  /** By `userId`. */
  readonly files: ReadonlyMap<string, CalendarFile>;
  /** What is left out, and why: `ada.ics` → reason. */
  readonly refused: ReadonlyMap<string, string>;
}

const EXTENSION = /\.ics$/i;

/** Files that are asked about at a time. */
const SLICE = 64;

/** A file that may be one, by its name. */
interface Candidate {
  readonly name: string;
  readonly path: string;
  readonly user: UserKey;
  readonly address: string | undefined;
}

/**
 * Whose calendars lie in a folder. Only plain files count: a link could lead to anything that this server may
 * read, and would be read again whenever that changes.
 * @throws what the system says, when the folder can't be read
 */
export async function listFolder(
  { path, tenants }: CalendarFolder,
  people: People,
): Promise<FolderListing> {
  const refused = new Map<string, string>();
  const candidates: Candidate[] = [];

  const collect = (entries: readonly Dirent[], tenant: FolderTenant, below: string) => {
    for (const entry of entries) {
      if (!EXTENSION.test(entry.name) || entry.isDirectory()) continue;
      const name = join(below, entry.name);
      const candidate = candidateOf(name, entry.name, join(path, name), tenant, people);
      if (typeof candidate === 'string') refused.set(name, candidate);
      else if (!entry.isFile()) refused.set(name, 'it is no plain file');
      else candidates.push(candidate);
    }
  };

  const top = await entriesOf(path);
  const [only, ...others] = tenants;
  if (only !== undefined && others.length === 0) collect(top, only, '');
  else
    for (const { name } of top.filter(isLost)) refused.set(name, 'it lies in no tenant’s folder');
  for (const entry of top) {
    const tenant = tenants.find((each) => isCalled(each, entry.name.toLowerCase()));
    if (tenant === undefined) continue;
    if (entry.isDirectory()) collect(await entriesOf(join(path, entry.name)), tenant, entry.name);
    else if (!EXTENSION.test(entry.name)) refused.set(entry.name, 'it is no folder');
  }

  const files = new Map<string, CalendarFile>();
  for (let at = 0; at < candidates.length; at += SLICE) {
    const slice = candidates.slice(at, at + SLICE);
    const stamps = await Promise.all(slice.map(({ path: file }) => stampOf(file)));
    for (const [index, { name, ...file }] of slice.entries()) {
      const { stamp, reason } = stamps[index] ?? {};
      const id = userId(file.user);
      if (reason !== undefined) refused.set(name, reason);
      else if (stamp === undefined) continue;
      else if (files.has(id)) refused.set(name, `${files.get(id)?.path} is the same user’s`);
      else if (files.size === MOST_FILES) refused.set('.', `it has more than ${MOST_FILES} files`);
      else files.set(id, { ...file, stamp });
    }
  }
  return { files, refused };
}

/**
 * The bytes of a calendar's file, or why there are none: it may have become another since it was listed.
 * @throws what the system says
 */
export async function readFolderFile(path: string): Promise<Uint8Array<ArrayBuffer> | string> {
  // Opening a pipe would wait for whoever writes to it.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return 'it is no plain file';
    if (stats.size > MOST_BYTES) return `it is larger than ${MOST_BYTES} bytes`;
    const bytes = new Uint8Array(stats.size);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.slice(0, length);
  } finally {
    await file.close();
  }
}

/** In the order of their names: which of two counts, and which are too many, mustn't change by chance. */
async function entriesOf(path: string): Promise<Dirent[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isLost(entry: Dirent): boolean {
  return EXTENSION.test(entry.name) && !entry.isDirectory();
}

function isCalled({ id, domain }: FolderTenant, name: string): boolean {
  return name === id || name === domain?.toLowerCase();
}

/** Why it is none, in words, where that is so. */
function candidateOf(
  name: string,
  fileName: string,
  path: string,
  { id }: FolderTenant,
  people: People,
): Candidate | string {
  const called = fileName.replace(EXTENSION, '');
  const user = people.named(id, called);
  if (user === undefined) return 'no user of the tenant is called so';
  return { name, path, user, address: called.includes('@') ? called.toLowerCase() : undefined };
}

/** Neither, for one that has just gone. */
async function stampOf(path: string): Promise<{ stamp?: string; reason?: string }> {
  try {
    const { mtimeMs, size } = await lstat(path);
    return { stamp: `${mtimeMs} ${size}` };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? {} : { reason: `it cannot be looked at (${code})` };
  }
}
