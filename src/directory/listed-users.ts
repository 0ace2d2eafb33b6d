import { stat } from 'node:fs/promises';
import { readTenantFile, type Tenant } from '../auth/tenant-file.ts';
import type { Clock } from '../clock.ts';
import { tableOf } from './fixed.ts';
import type { Users } from './users.ts';

/** How often it is looked whether the file has changed. A folder on a network tells nobody that it has. */
const LOOK_EVERY_MS = 2000;

export interface ListedUsersParts {
  /** The tenant file. */
  readonly path: string;
  readonly clock: Clock;
  /** Told of a list that was taken in the place of the one before. */
  readonly onTaken: (tenants: readonly Tenant[]) => void;
  /** Told why a changed file wasn't taken, once for each change: the list before it stays. */
  readonly onError: (error: unknown) => void;
}

/** The users of a tenant file, and the names of its applications, as it stands now. */
export interface ListedUsers {
  users(tenantId: string): Users | undefined;
  photoFile(tenantId: string, userId: string): string | undefined;
  appName(tenantId: string, appId: string): string | undefined;
  /** Looks no more; resolves when nothing is under way. */
  stop(): Promise<void>;
}

interface List {
  readonly tables: ReadonlyMap<string, Users>;
  readonly photos: ReadonlyMap<string, string>;
  readonly appNames: ReadonlyMap<string, string>;
}

/**
 * Reads the file, and reads it again when it is another: written over, or replaced by renaming. Rejects with
 * `TenantFileInvalid` when it can't be used now; later the old list stays.
 */
export async function openListedUsers(parts: ListedUsersParts): Promise<ListedUsers> {
  const { path, clock, onTaken, onError } = parts;
  let mark = await markOf(path);
  let list = listOf(await readTenantFile(path));
  let isStopped = false;
  let looking: Promise<void> = Promise.resolve();
  let callOff = lookLater();

  function lookLater(): () => void {
    return clock.alarm(clock.nowMs() + LOOK_EVERY_MS, () => {
      looking = look().then(() => {
        if (!isStopped) callOff = lookLater();
      });
    });
  }

  async function look(): Promise<void> {
    // Before it is read: what is written meanwhile is found the next time.
    const found = await markOf(path);
    if (found === mark || isStopped) return;
    mark = found;
    try {
      const tenants = await readTenantFile(path);
      list = listOf(tenants);
      onTaken(tenants);
    } catch (error) {
      onError(error);
    }
  }

  return {
    ...shown(() => list),

    async stop() {
      isStopped = true;
      callOff();
      await looking;
    },
  };
}

/** The users of these tenants, as they are now and will be. */
export function listedUsers(tenants: readonly Tenant[]): ListedUsers {
  const list = listOf(tenants);
  return { ...shown(() => list), async stop() {} };
}

/** What a list says, whichever it is when it is asked. */
function shown(list: () => List): Omit<ListedUsers, 'stop'> {
  return {
    users: (tenantId) => list().tables.get(tenantId),
    photoFile: (tenantId, userId) => list().photos.get(`${tenantId}/${userId}`),
    appName: (tenantId, appId) => list().appNames.get(`${tenantId}/${appId}`),
  };
}

function listOf(tenants: readonly Tenant[]): List {
  const photos = new Map<string, string>();
  const appNames = new Map<string, string>();
  for (const { id, users, apps } of tenants) {
    for (const { appId, displayName } of apps) appNames.set(`${id}/${appId}`, displayName);
    for (const user of users) {
      if (user.photo !== undefined) photos.set(`${id}/${user.id}`, user.photo);
    }
  }
  const tables = new Map(tenants.map(({ id, users }) => [id, tableOf(users)]));
  return { tables, photos, appNames };
}

/** Changes when the file does; '' while there is none, which reading it tells better. */
async function markOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return '';
  }
}
