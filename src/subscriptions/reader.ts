import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import { GraphError } from '../graph/error.ts';
import { StoreUnavailable } from '../store/errors.ts';
import type { Registry } from './registry.ts';
import type { Subscription } from './subscription.ts';

/**
 * What is asked of the registry. It may be a moment behind what was written on another server, so all of it
 * waits first until everything written before is known. While the store can't be asked, a subscription that is
 * known is answered as it was; what isn't, and lists, reject with StoreUnavailable.
 */
export interface Reader {
  /** The caller's own one, unless it has expired. @throws GraphError 404 */
  owned(caller: Caller, id: string): Promise<Subscription>;
  /** Anybody's of a tenant, also one that has expired and wasn't ended yet. */
  ofTenant(tenantId: string, id: string): Promise<Subscription | undefined>;
  /** The caller's, in the order of their ids. */
  listOwned(caller: Caller): Promise<readonly Subscription[]>;
  /** Everybody's of a tenant, in the order of their ids. */
  listOfTenant(tenantId: string): Promise<readonly Subscription[]>;
}

export interface ReaderParts {
  readonly registry: Registry;
  readonly clock: Clock;
  /** Resolves when all that was written before is in the registry. */
  readonly settled: () => Promise<void>;
}

export function createReader({ registry, clock, settled }: ReaderParts): Reader {
  async function find(
    id: string,
    isMeant: (subscription: Subscription) => boolean,
  ): Promise<Subscription | undefined> {
    const look = () => {
      const known = registry.get(id.toLowerCase());
      return known !== undefined && isMeant(known) ? known : undefined;
    };
    try {
      await settled();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || look() === undefined) throw error;
    }
    return look();
  }

  const isAlive = ({ expiresMs }: Subscription) => expiresMs > clock.nowMs();
  const inOrder = (subscriptions: Subscription[]) =>
    subscriptions.filter(isAlive).sort((a, b) => (a.id < b.id ? -1 : 1));

  return {
    async owned(caller, id) {
      const found = await find(id, (each) => isOwner(caller, each) && isAlive(each));
      if (found !== undefined) return found;
      throw new GraphError(404, 'NotFound', 'The caller has no such subscription.');
    },

    ofTenant: (tenantId, id) => find(id, (each) => each.tenantId === tenantId),

    async listOwned(caller) {
      await settled();
      return inOrder([...registry.ownedBy(caller)]);
    },

    async listOfTenant(tenantId) {
      await settled();
      return inOrder([...registry.all()].filter((each) => each.tenantId === tenantId));
    },
  };
}

function isOwner(caller: Caller, { tenantId, appId, userId }: Subscription): boolean {
  return caller.tenantId === tenantId && caller.appId === appId && caller.userId === userId;
}
