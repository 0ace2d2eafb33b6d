import { createQueue, type Queue } from '../queues.ts';
import { SeededRandomness } from '../random.ts';
import type { Server, ServerParts } from '../server.ts';
import { type MemorySnapshot, type MemoryStore, openMemoryStore } from '../store/memory.ts';
import type { PresenceStore } from '../store/store.ts';
import { isRealTime, REAL_TIME, type VirtualClock } from '../time/virtual-clock.ts';
import type { Snapshot } from './porchlight.ts';
import type { Rewindable } from './rewindable.ts';

export interface TestBedParts {
  readonly clock: VirtualClock;
  readonly seed: number;
  /** What is put back beside store, clock and chance, such as inboxes. */
  readonly rewindables: readonly Rewindable[];
  /** What a server over this store works with. */
  readonly over: (store: PresenceStore, randomness: SeededRandomness) => Promise<ServerParts>;
}

/** What a server in memory stands on, and can be put back on as it once was. */
export interface TestBed {
  /** What the server begins with. */
  begin(): Promise<ServerParts>;
  /** The server that began with it. */
  carry(server: Pick<Server, 'reopen' | 'settled'>): void;
  /** Does something when nothing else that is done here is under way. */
  readonly inTurn: Queue;
  /** Marks this moment. */
  snapshot(): Promise<Snapshot>;
  /** Puts everything back. Rejects with `TypeError` for a moment of another one. */
  restore(snapshot: Snapshot): Promise<void>;
  /** Puts everything back to the beginning. */
  reset(): Promise<void>;
}

interface Moment {
  readonly memory: MemorySnapshot;
  readonly drawn: ReadonlyMap<string, number>;
  readonly backs: readonly (() => void)[];
}

/**
 * A moment is marked by stopping the server and starting it again from the mark; so whatever it kept in mind alone,
 * such as when to try a receiver again, is the same each time that it goes on from there.
 */
export function createTestBed({ clock, seed, rewindables, over }: TestBedParts): TestBed {
  const inTurn = createQueue();
  const moments = new WeakMap<Snapshot, Moment>();
  let memory: MemoryStore = openMemoryStore();
  let randomness = new SeededRandomness(seed);
  let server: Pick<Server, 'reopen' | 'settled'> | undefined;
  let beginning: Moment | undefined;
  let hangUp = () => {};

  function carried(): Pick<Server, 'reopen' | 'settled'> {
    if (server === undefined) throw new Error('no server has begun yet');
    return server;
  }

  function now(backToNow: () => void): Moment {
    return {
      memory: memory.snapshot(),
      drawn: randomness.drawn(),
      backs: [backToNow, ...rewindables.map((each) => each.mark())],
    };
  }

  async function goOn({ memory: from, drawn, backs }: Moment): Promise<ServerParts> {
    // Before anything looks at the clock.
    for (const putBack of backs) putBack();
    memory = openMemoryStore({ from });
    randomness = new SeededRandomness(seed, drawn);
    const parts = await over(memory, randomness);
    hangUp = () => parts.outbound.close();
    return parts;
  }

  function goBack(moment: Moment): Promise<void> {
    // A server that stops waits a little for its receivers. Nobody needs to know what they say to this one.
    hangUp();
    return carried().reopen(() => goOn(moment));
  }

  return {
    inTurn,

    begin() {
      beginning = now(toTheBeginning(clock));
      return goOn(beginning);
    },

    carry(given) {
      server = given;
    },

    snapshot: () =>
      inTurn(async () => {
        await carried().settled();
        const snapshot: Snapshot = { takenAt: new Date(clock.nowMs()) };
        await carried().reopen(() => {
          // What the server learnt was kept when it stopped.
          const moment = now(toNow(clock));
          moments.set(snapshot, moment);
          return goOn(moment);
        });
        return snapshot;
      }),

    restore: (snapshot) =>
      inTurn(async () => {
        const moment = moments.get(snapshot);
        if (moment === undefined) throw new TypeError('This is no snapshot of this Porchlight.');
        await goBack(moment);
      }),

    reset: () =>
      inTurn(async () => {
        if (beginning === undefined) throw new Error('nothing has begun yet');
        await goBack(beginning);
      }),
  };
}

/** The clock shows again what it shows now, standing or running. */
function toNow(clock: VirtualClock): () => void {
  const { state } = clock;
  const atMs = clock.nowMs();
  return () =>
    clock.restore(
      state.kind === 'frozen' ? state : { kind: 'running', aheadMs: atMs - clock.realMs() },
    );
}

/** A clock that went with the machine's goes with it again: there is nothing then that it would be too late for. */
function toTheBeginning(clock: VirtualClock): () => void {
  return isRealTime(clock.state) ? () => clock.restore(REAL_TIME) : toNow(clock);
}
