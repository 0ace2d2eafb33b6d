import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { DocumentStore } from '../store/store.ts';
import type { ServedDirectory } from './directory.ts';
import { openGroups } from './groups.ts';
import { createKeptUsers, type KeptUsers } from './kept-users.ts';
import { type Layer, layeredDirectory } from './layered.ts';
import { createLearner } from './learner.ts';
import { createLedger } from './ledger.ts';
import { type ListedUsers, openListedUsers } from './listed-users.ts';

export interface DirectoryOptions {
  /**
   * Who exists. `open`: anybody, from the first word about them; names are learnt from tokens. `file`: the users
   * of the tenant file. `scim`: those that a provisioning client has put here.
   */
  readonly mode: 'open' | 'file' | 'scim';
  /** The tenant file; needed by mode `file`, and in mode `open` its users are known from the start. */
  readonly file?: string;
  /** In the place of `file`, users that were read already. */
  readonly listed?: ListedUsers;
  /** The tenants that are served, as lower-case GUIDs. */
  readonly tenants: readonly string[];
  readonly documents: DocumentStore;
  /** When files are looked at, and what was learnt is kept: a clock that never steps. */
  readonly steadyClock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/**
 * Opens the directory of a server, and knows everybody in it.
 * Rejects with `TenantFileInvalid`, and with StoreUnavailable.
 */
export async function openDirectory(options: DirectoryOptions): Promise<ServedDirectory> {
  const { mode, file, documents, steadyClock, log } = options;
  const listed = options.listed ?? (file === undefined ? undefined : await openList(file, options));
  const kept = mode === 'file' ? new Map<string, KeptUsers>() : keepUsers(options);
  const groups = mode === 'scim' ? keepGroups(options) : undefined;

  async function stopFollowing(): Promise<void> {
    const users = Array.from(kept.values(), (each) => each.stop());
    await Promise.all([listed?.stop(), groups?.stop(), ...users]);
  }

  try {
    await Promise.all([
      ...Array.from(kept.values(), (each) => each.settled()),
      ...options.tenants.map((tenantId) => groups?.settled(tenantId)),
    ]);
  } catch (error) {
    await stopFollowing();
    throw error;
  }

  const keptOf = (tenantId: string) => kept.get(tenantId);
  const layers: Layer[] = [
    ...(listed === undefined ? [] : [listed.users]),
    ...(mode === 'file' ? [] : [(tenantId: string) => keptOf(tenantId)?.users]),
  ];
  const learner = createLearner({
    documents,
    keptOf,
    keptCount: () => Array.from(kept.values(), ({ users }) => users.size).reduce(add, 0),
    isListed: (tenantId, userId) => listed?.users(tenantId)?.get(userId) !== undefined,
    clock: steadyClock,
    onError: (error) => log.warn({ err: error }, 'names of users could not be learnt'),
  });

  return {
    ...layeredDirectory(mode === 'open' ? 'open' : 'listed', layers, {
      photoFile: (tenantId, userId) => listed?.photoFile(tenantId, userId),
      appName: (tenantId, appId) => listed?.appName(tenantId, appId),
    }),
    learn: mode === 'open' ? learner.learn : () => {},
    ledger: mode === 'scim' ? createLedger({ documents, keptOf }) : undefined,
    groups,

    async stop() {
      await learner.stop();
      await stopFollowing();
    },
  };
}

function openList(path: string, { steadyClock, log }: DirectoryOptions): Promise<ListedUsers> {
  return openListedUsers({
    path,
    clock: steadyClock,
    onTaken: (tenants) => log.info({ file: path, tenants: tenants.length }, 'directory read anew'),
    onError: (error) =>
      log.error(
        { err: error },
        'the changed directory file was not taken; the one before it stays',
      ),
  });
}

function keepUsers(options: DirectoryOptions): ReadonlyMap<string, KeptUsers> {
  const { mode, tenants, documents, steadyClock, log } = options;
  const keep = (tenantId: string) =>
    createKeptUsers({
      documents,
      tenantId,
      steadyClock,
      // Where users are provisioned, a token alone makes nobody exist, whatever was learnt before.
      isKnown: ({ source }) => mode === 'open' || source === 'scim',
      onError: (error) => log.error({ err: error, tenantId }, 'reading the directory failed'),
    });
  return new Map(tenants.map((tenantId) => [tenantId, keep(tenantId)]));
}

function keepGroups({ tenants, documents, steadyClock, log }: DirectoryOptions) {
  return openGroups({
    documents,
    tenants,
    steadyClock,
    onError: (error) => log.error({ err: error }, 'reading the groups failed'),
  });
}

function add(a: number, b: number): number {
  return a + b;
}
