import { type Advanced, NEW_RECORD, type UserRecord } from '../../src/engine/advance.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import type {
  DocumentEdit,
  DocumentStore,
  Lease,
  PresenceStore,
  Step,
  UserKey,
} from '../../src/store/store.ts';
import type { Asking, Question } from './asking.ts';
import type { Calling, Trouble } from './trouble.ts';
import type { World } from './world.ts';

/** What is in the message of each failure that was made. */
export const MADE = 'made by the simulation';

const never = <T>() => new Promise<T>(() => {});

/** A step that was taken, with what it is when taken on a user never written: that tells what it says. */
export interface Taken {
  readonly user: UserKey;
  readonly nowMs: number;
  readonly asking: Asking | undefined;
  readonly said: UserRecord;
  readonly before: UserRecord;
  readonly advanced: Advanced;
}

export interface Watcher {
  /** What a client asked that is being handed to the store right now. */
  readonly asking: Asking | undefined;
  taken(taken: Taken): void;
  /** Records are about to be read for somebody who asked. */
  reads(question: Question, tenantId: string, userIds: readonly string[]): void;
  wrote(partition: number, edits: readonly DocumentEdit[]): void;
}

export interface FaultyStore {
  readonly store: PresenceStore;
  /** The leases that were taken, let go of or not. */
  readonly leases: readonly Lease[];
  /** The process is no more: nothing is answered, and what is on its way may still arrive. */
  kill(): void;
}

/** A server's own store, on its way to the memory below: what fails, is slow or is lost there. */
export function faultyStore(
  below: PresenceStore,
  world: World,
  trouble: Trouble,
  watcher: Watcher,
): FaultyStore {
  const leases: Lease[] = [];
  const deaf: (() => void)[] = [];
  let isAlive = true;

  async function call<T>(calling: Calling, work: () => Promise<T>): Promise<T> {
    if (!isAlive) return never();
    const beforeMs = trouble.holdUpMs();
    if (beforeMs !== undefined) {
      await world.holdUp(beforeMs);
      if (!isAlive && (calling !== 'update' || world.random.chance(0.5))) {
        // On its way when its process died, and nobody waits for it.
        if (calling === 'write') await work().catch(() => {});
        return never();
      }
    }
    const fate = trouble.fateOf(calling);
    if (fate !== undefined) {
      world.say(() => `${calling} ${fate}`);
      if (fate === 'kept and not answered') await work();
      if (!isAlive) return never();
      throw new StoreUnavailable(`${calling} ${fate}, ${MADE}`, 1000, {
        mayBeKept: fate !== 'refused',
      });
    }
    let result: T;
    try {
      result = await work();
    } catch (error) {
      if (!isAlive) return never();
      throw error;
    }
    const afterMs = trouble.holdUpMs();
    if (afterMs !== undefined) await world.holdUp(afterMs);
    return isAlive ? result : never();
  }

  function update(user: UserKey, nowMs: number, step: Step): Promise<Advanced> {
    const { asking } = watcher;
    return call('update', () => {
      let taken: Taken | undefined;
      const advanced = below.update(user, nowMs, (before) => {
        const outcome = step(before);
        const said = step(NEW_RECORD).record;
        taken = { user, nowMs, asking, said, before, advanced: outcome };
        return outcome;
      });
      if (taken !== undefined) watcher.taken(taken);
      return advanced;
    });
  }

  const hearing =
    <Told extends readonly unknown[]>(listen: (listener: (...told: Told) => void) => () => void) =>
    (listener: (...told: Told) => void) => {
      const stop = listen((...told) => {
        if (isAlive && !trouble.losesHint()) listener(...told);
      });
      deaf.push(stop);
      return stop;
    };

  function documents(of: DocumentStore, partition: number): DocumentStore {
    return {
      all: (collection) => call('documents', () => of.all(collection)),
      since: (collection, revision) => call('documents', () => of.since(collection, revision)),
      write: (edits, under) =>
        call('write', async () => {
          await of.write(edits, under);
          watcher.wrote(partition, edits);
        }),
      onWritten: hearing((listener) => of.onWritten(listener)),
    };
  }

  const store: PresenceStore = {
    ...below,
    read(tenantId, userIds) {
      const { asking } = watcher;
      return call('read', () => {
        if (asking?.kind === 'question') watcher.reads(asking, tenantId, userIds);
        return below.read(tenantId, userIds);
      });
    },
    update,
    due: (...of) => call('due', () => below.due(...of)),
    nextDueMs: (...of) => call('due', () => below.nextDueMs(...of)),
    feed: (...of) => call('feed', () => below.feed(...of)),
    feedBounds: (...of) => call('feed', () => below.feedBounds(...of)),
    trimFeed: (...of) => call('feed', () => below.trimFeed(...of)),
    onChanges: hearing((listener) => below.onChanges(listener)),
    documents: documents(below.documents, 0),
    documentsOf: (partition) => documents(below.documentsOf(partition), partition),
    leases: {
      self: below.leases.self,
      leaseMs: below.leases.leaseMs,
      attend: () => call('lease', () => below.leases.attend()),
      take: (partition) =>
        call('lease', async () => {
          const lease = await below.leases.take(partition);
          if (lease !== undefined) leases.push(lease);
          return lease;
        }),
      renew: (held) => call('lease', () => below.leases.renew(held)),
      release: (lease) => call('lease', () => below.leases.release(lease)),
      leave: () => call('lease', () => below.leases.leave()),
    },
  };

  return {
    store,
    leases,
    kill() {
      isAlive = false;
      for (const stop of deaf) stop();
    },
  };
}
