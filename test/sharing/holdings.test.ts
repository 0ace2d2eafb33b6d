import { expect, it } from 'vitest';
import { StoreUnavailable } from '../../src/store/errors.ts';
import type { Lease, Leases } from '../../src/store/store.ts';
import { gate, LEASE_MS, servers, settled } from './servers.ts';

const BEAT_MS = LEASE_MS / 4;

it('a server that is alone has everything when it has started', async () => {
  const { server, table } = servers(5);
  const { holdings, told } = server('a');
  await holdings.start();
  expect(holdings.partitions).toEqual([0, 1, 2, 3, 4]);
  expect(told).toEqual([0, 1, 2, 3, 4].map((partition) => `taken ${partition}`));
  for (const partition of holdings.partitions) {
    const lease = holdings.lease(partition);
    expect(lease).toEqual({ partition, fence: 1 });
    expect(lease !== undefined && table.isHeld(lease)).toBe(true);
  }
  expect(holdings.lease(5)).toBeUndefined();
});

it('keeps what it has, with two calls a beat', async () => {
  const { server, pass } = servers(5);
  const { holdings, state, told } = server('a');
  await holdings.start();
  state.calls = 0;
  await pass(10 * BEAT_MS);
  expect(state.calls).toBe(20);
  expect(holdings.partitions).toHaveLength(5);
  expect(told).toHaveLength(5);
});

it('needs no clock where nobody else can come', async () => {
  const { server, clock } = servers(3, Infinity);
  const { holdings, state, told } = server('a');
  await holdings.start();
  state.calls = 0;
  clock.advance(365 * 86_400_000);
  await settled();
  expect(state.calls).toBe(0);
  expect(holdings.partitions).toEqual([0, 1, 2]);
  await holdings.stop();
  expect(holdings.partitions).toEqual([]);
  expect(told.slice(3)).toEqual(['leaving 0', 'leaving 1', 'leaving 2']);
});

it('shares with a second and a third that come, each handing over in order', async () => {
  const { server, pass } = servers(12);
  const a = server('a');
  await a.holdings.start();
  const b = server('b');
  await b.holdings.start();
  // All is held by the other still.
  expect(b.holdings.partitions).toEqual([]);
  await pass(2 * BEAT_MS);
  expect([a, b].map(({ holdings }) => holdings.partitions.length)).toEqual([6, 6]);
  expect(a.told.filter((each) => each.startsWith('leaving'))).toHaveLength(6);
  const c = server('c');
  await c.holdings.start();
  await pass(2 * BEAT_MS);
  const all = [a, b, c].map(({ holdings }) => holdings.partitions);
  expect(all.map(({ length }) => length)).toEqual([4, 4, 4]);
  expect(all.flat().sort((x, y) => x - y)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect([...a.told, ...b.told].filter((each) => each.startsWith('lost'))).toEqual([]);
});

it('lets go of a partition only when its work there has ended, and renews it until then', async () => {
  const ending = gate();
  const { server, pass } = servers(2);
  const left: Lease[] = [];
  const a = server('a', {
    onLeaving: async (lease) => {
      left.push(lease);
      await ending.opened;
    },
  });
  await a.holdings.start();
  const b = server('b');
  await b.holdings.start();
  await pass(5 * LEASE_MS);
  expect(left).toHaveLength(1);
  const [lease] = left;
  expect(a.holdings.partitions).toEqual([0, 1]);
  expect(a.holdings.lease(lease?.partition ?? -1)).toEqual(lease);
  expect(b.holdings.partitions).toEqual([]);
  ending.open();
  await pass(BEAT_MS);
  expect(b.holdings.partitions).toEqual([lease?.partition]);
  expect(a.told).not.toContain(`lost ${lease?.partition}`);
});

it('a beginning that takes long holds up no renewal, and its end comes after it', async () => {
  const beginning = gate();
  const { server, pass } = servers(2);
  const a = server('a', {
    onTaken: async ({ partition }) => {
      if (partition === 1) await beginning.opened;
    },
  });
  const started = a.holdings.start();
  await pass(5 * LEASE_MS);
  expect(a.holdings.partitions).toEqual([0, 1]);
  const stopped = a.holdings.stop();
  await pass(5 * LEASE_MS);
  expect(a.told).toEqual(['leaving 0']);
  expect(a.holdings.partitions).toEqual([1]);
  beginning.open();
  await Promise.all([started, stopped]);
  expect(a.told).toEqual(['leaving 0', 'leaving 1']);
  expect(a.holdings.partitions).toEqual([]);
});

it('work that fails to begin is let go of, and begun again a beat later under a new fence', async () => {
  const { server, pass } = servers(1);
  const fences: number[] = [];
  const a = server('a', {
    onTaken: async ({ fence }) => {
      fences.push(fence);
      if (fences.length < 3) throw new Error('not yet');
    },
  });
  await a.holdings.start();
  expect(a.holdings.partitions).toEqual([]);
  await pass(3 * BEAT_MS);
  expect(fences).toEqual([1, 2, 3]);
  expect(a.errors).toHaveLength(2);
  expect(a.holdings.partitions).toEqual([0]);
});

it('work that fails to end is let go of all the same', async () => {
  const { server } = servers(1);
  const a = server('a', {
    onLeaving: async () => {
      throw new Error('no');
    },
  });
  await a.holdings.start();
  await a.holdings.stop();
  expect(a.errors).toEqual([new Error('no')]);
  const b = server('b');
  await b.holdings.start();
  expect(b.holdings.partitions).toEqual([0]);
});

it('what a server that stops had is elsewhere within a beat', async () => {
  const { server, pass, clock } = servers(6);
  const a = server('a');
  const b = server('b');
  await a.holdings.start();
  await b.holdings.start();
  await pass(2 * BEAT_MS);
  expect(b.holdings.partitions).toHaveLength(3);
  const had = a.holdings.partitions;
  await a.holdings.stop();
  expect(a.told.slice(-3)).toEqual(had.map((partition) => `leaving ${partition}`));
  await pass(BEAT_MS);
  expect(b.holdings.partitions).toHaveLength(6);
  // Nothing of it goes on.
  a.state.calls = 0;
  clock.advance(10 * LEASE_MS);
  await settled();
  expect(a.state.calls).toBe(0);
});

it('what a server that dies had is elsewhere a lease and a beat later, and not before', async () => {
  const { server, pass } = servers(6);
  const a = server('a');
  const b = server('b');
  await a.holdings.start();
  await b.holdings.start();
  await pass(2 * BEAT_MS);
  a.state.isAsleep = true;
  await pass(LEASE_MS - BEAT_MS - 25);
  expect(b.holdings.partitions).toHaveLength(3);
  await pass(2 * BEAT_MS + 50);
  expect(b.holdings.partitions).toHaveLength(6);
});

it('a server that stalled and wakes loses everything before it does anything, and writes nothing', async () => {
  const { server, pass, table } = servers(6);
  const a = server('a');
  const b = server('b');
  await a.holdings.start();
  await b.holdings.start();
  await pass(2 * BEAT_MS);
  const had = a.holdings.partitions;
  const before = had.map((partition) => a.holdings.lease(partition) as Lease);
  a.told.length = 0;
  a.state.isAsleep = true;
  await pass(2 * LEASE_MS);
  a.state.calls = 0;
  a.wake();
  expect(a.told).toEqual(had.map((partition) => `lost ${partition}`));
  expect(a.holdings.partitions).toEqual([]);
  expect(before.map((lease) => table.isHeld(lease))).toEqual([false, false, false]);
  await pass(3 * BEAT_MS);
  expect(a.holdings.partitions).toEqual(had);
  expect(a.told.slice(3)).toEqual(had.map((partition) => `taken ${partition}`));
});

it('who asks for a lease that ran out learns of it before any alarm rings', async () => {
  const { server, clock } = servers(2);
  const a = server('a');
  await a.holdings.start();
  a.state.isAsleep = true;
  clock.advance(LEASE_MS * 0.9 - 1);
  expect(a.holdings.lease(0)).toBeDefined();
  clock.advance(1);
  expect(a.told).toEqual(['taken 0', 'taken 1']);
  expect(a.holdings.lease(0)).toBeUndefined();
  expect(a.told.slice(2)).toEqual(['lost 0', 'lost 1']);
});

it('a renewal counts from when it was sent, however late the answer is', async () => {
  const { server, pass } = servers(1);
  const answer = gate();
  let sent = 0;
  const slow = (leases: Leases): Leases => ({
    ...leases,
    async renew(asked) {
      // The first answer is late, and there is no other.
      await (sent++ === 0 ? answer.opened : new Promise(() => {}));
      return leases.renew(asked);
    },
  });
  const a = server('a', {}, slow);
  await a.holdings.start();
  await pass(3 * BEAT_MS);
  answer.open();
  await pass(LEASE_MS * 0.9 - 2 * BEAT_MS - 25);
  expect(a.holdings.partitions).toEqual([0]);
  await pass(25);
  expect(a.told).toEqual(['taken 0', 'lost 0']);
});

it('a lease whose answer comes when it has run out again is not begun, and let go of', async () => {
  const { server, table, pass } = servers(1);
  const answer = gate();
  let taken: Lease | undefined;
  const late = (leases: Leases): Leases => ({
    ...leases,
    async take(partition) {
      const lease = await leases.take(partition);
      if (taken === undefined) {
        taken = lease;
        await answer.opened;
      }
      return lease;
    },
  });
  const a = server('a', {}, late);
  const started = a.holdings.start();
  await settled();
  await pass(LEASE_MS * 0.9);
  answer.open();
  await started;
  await settled();
  expect(a.told).toEqual([]);
  expect(table.isHeld(taken as Lease)).toBe(false);
  await pass(BEAT_MS);
  expect(a.told).toEqual(['taken 0']);
});

it('a store that is away costs everything when the leases run out, and it comes back by itself', async () => {
  const { server, pass } = servers(8);
  const all = ['a', 'b', 'c'].map((name) => server(name));
  for (const { holdings } of all) await holdings.start();
  await pass(3 * BEAT_MS);
  const before = all.map(({ holdings }) => holdings.partitions);
  for (const each of all) {
    each.told.length = 0;
    each.errors.length = 0;
    each.state.isAway = true;
  }
  await pass(10_000);
  for (const [at, { told, errors, holdings }] of all.entries()) {
    expect(holdings.partitions).toEqual([]);
    expect(told).toEqual(before[at]?.map((partition) => `lost ${partition}`));
    // Once a beat at most, though it tries more often.
    expect(errors.length).toBeLessThanOrEqual(21);
    expect(errors[0]).toBeInstanceOf(StoreUnavailable);
  }
  for (const { state } of all) state.isAway = false;
  await pass(BEAT_MS);
  // Each has what it had, and nobody took another's meanwhile.
  expect(all.map(({ holdings }) => holdings.partitions)).toEqual(before);
  for (const { told } of all) expect(told.some((each) => each.startsWith('leaving'))).toBe(false);
});

it('starts while the store is away, and takes when it is there', async () => {
  const { server, pass } = servers(2);
  const a = server('a');
  a.state.isAway = true;
  await a.holdings.start();
  expect(a.holdings.partitions).toEqual([]);
  await pass(10_000);
  a.state.isAway = false;
  await pass(BEAT_MS);
  expect(a.holdings.partitions).toEqual([0, 1]);
});

it.each([
  ['says nothing', () => new Promise<never>(() => {})],
  ['refuses', () => Promise.reject(new StoreUnavailable('away', 1000))],
])(
  'a part of the store that %s costs the leases that lie there, and no others',
  async (_, answer) => {
    const { server, pass } = servers(4);
    let isPartAway = false;
    const inParts = (leases: Leases): Leases => {
      const isAway = (partition: number) => isPartAway && partition < 2;
      return {
        ...leases,
        // A call for several waits for all of them.
        renew: (asked) =>
          asked.some(({ partition }) => isAway(partition)) ? answer() : leases.renew(asked),
        take: (partition) => (isAway(partition) ? answer() : leases.take(partition)),
      };
    };
    const a = server('a', {}, inParts);
    await a.holdings.start();
    isPartAway = true;
    await pass(3 * LEASE_MS);
    expect(a.holdings.partitions).toEqual([2, 3]);
    expect(a.told.slice(4)).toEqual(['lost 0', 'lost 1']);
  },
);

it('renews in one call again when the store is well again', async () => {
  const { server, pass } = servers(4);
  const a = server('a');
  await a.holdings.start();
  a.state.isAway = true;
  await pass(2 * BEAT_MS);
  a.state.isAway = false;
  await pass(2 * BEAT_MS);
  a.state.calls = 0;
  await pass(4 * BEAT_MS);
  expect(a.state.calls).toBe(8);
  expect(a.told).toHaveLength(4);
});

it('a lease that another was given is lost at the next beat', async () => {
  const { server, table, pass } = servers(2);
  const a = server('a');
  await a.holdings.start();
  const lease = a.holdings.lease(1) as Lease;
  // As after a store that lost its last writes.
  await table.join('a').release(lease);
  await table.join('b').take(1);
  await pass(BEAT_MS);
  expect(a.told.slice(2)).toEqual(['lost 1']);
  expect(a.holdings.partitions).toEqual([0]);
});

it('stops while the store is away, and says that the work ended', async () => {
  const { server } = servers(2);
  const a = server('a');
  await a.holdings.start();
  a.state.isAway = true;
  await a.holdings.stop();
  expect(a.told.slice(2)).toEqual(['leaving 0', 'leaving 1']);
  expect(a.holdings.partitions).toEqual([]);
});

it('stops while a lease is being taken, and keeps none', async () => {
  const answer = gate();
  const { server, table } = servers(1);
  const taken: Lease[] = [];
  const slow = (leases: Leases): Leases => ({
    ...leases,
    async take(partition) {
      const lease = await leases.take(partition);
      if (lease !== undefined) taken.push(lease);
      await answer.opened;
      return lease;
    },
  });
  const a = server('a', {}, slow);
  const started = a.holdings.start();
  await settled();
  const stopped = a.holdings.stop();
  answer.open();
  await Promise.all([started, stopped]);
  expect(a.told).toEqual([]);
  expect(taken.map((lease) => table.isHeld(lease))).toEqual([false]);
});

it('says that it goes after it last said that it is there, and takes nothing more', async () => {
  const answer = gate();
  const calls: string[] = [];
  const { server } = servers(1);
  const slow = (leases: Leases): Leases => ({
    ...leases,
    async attend() {
      calls.push('attend');
      await answer.opened;
      return leases.attend();
    },
    take(partition) {
      calls.push('take');
      return leases.take(partition);
    },
    leave() {
      calls.push('leave');
      return leases.leave();
    },
  });
  const a = server('a', {}, slow);
  const started = a.holdings.start();
  const stopped = a.holdings.stop();
  await settled();
  expect(calls).toEqual(['attend']);
  answer.open();
  await Promise.all([started, stopped]);
  expect(calls).toEqual(['attend', 'leave']);
});

it('work that was lost while it began is not left in order as well', async () => {
  const beginning = gate();
  const { server, pass } = servers(1);
  const a = server('a', { onTaken: () => beginning.opened });
  const started = a.holdings.start();
  await settled();
  a.state.isAway = true;
  const stopped = a.holdings.stop();
  await pass(LEASE_MS);
  beginning.open();
  await Promise.all([started, stopped]);
  expect(a.told).toEqual(['lost 0']);
});

it('tells of each loss once, also when it is asked for leases meanwhile', async () => {
  const { server, clock } = servers(3);
  const lost: number[] = [];
  const a = server('a', {
    onLost: ({ partition }) => {
      lost.push(partition);
      expect([0, 1, 2].map((each) => a.holdings.lease(each))).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    },
  });
  await a.holdings.start();
  clock.advance(LEASE_MS);
  expect(lost.sort()).toEqual([0, 1, 2]);
  expect(a.errors).toEqual([]);
});

it('a listener that throws costs nobody else his word', async () => {
  const { server, clock } = servers(3);
  const a = server('a', {
    onLost: ({ partition }) => {
      throw new Error(`${partition}`);
    },
  });
  await a.holdings.start();
  clock.advance(LEASE_MS);
  expect(a.errors).toEqual([new Error('0'), new Error('1'), new Error('2')]);
});

it('begins again a second later where there are no beats', async () => {
  const { server, pass } = servers(1, Infinity);
  const fences: number[] = [];
  const a = server('a', {
    onTaken: async ({ fence }) => {
      fences.push(fence);
      if (fences.length === 1) throw new Error('not yet');
    },
  });
  await a.holdings.start();
  await pass(999);
  expect(fences).toEqual([1]);
  await pass(1);
  expect(fences).toEqual([1, 2]);
  expect(a.holdings.partitions).toEqual([0]);
});

it.each(['take', 'release'] as const)(
  'a call to %s whose answer is lost leaves nothing that others wait for',
  async (lost) => {
    const { server, pass } = servers(12);
    let isLosing = true;
    const losing = (leases: Leases): Leases => ({
      ...leases,
      async take(partition) {
        const lease = await leases.take(partition);
        if (isLosing && lost === 'take') throw new StoreUnavailable('no answer', 1000);
        return lease;
      },
      async release(lease) {
        if (isLosing && lost === 'release') throw new StoreUnavailable('no answer', 1000);
        await leases.release(lease);
      },
    });
    const a = server('a', {}, losing);
    await a.holdings.start();
    const b = server('b');
    await b.holdings.start();
    await pass(BEAT_MS);
    isLosing = false;
    await pass(2 * BEAT_MS);
    expect([a, b].map(({ holdings }) => holdings.partitions.length)).toEqual([6, 6]);
  },
);
