import { expect, it } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { LeaseLost } from '../../src/store/errors.ts';
import { createLeaseTable, type LeaseTable } from '../../src/store/memory-leases.ts';
import type { DocumentStore } from '../../src/store/store.ts';
import { type LeasingStore, leaseContract } from '../store/lease-contract.ts';

/** Documents of the only partition, as far as the contract asks about them. */
function guarded(table: LeaseTable): DocumentStore {
  const texts = new Map<string, string>();
  return {
    all: async () => new Map(texts),
    async write(edits, under) {
      if (under !== undefined && !table.isHeld(under)) throw new LeaseLost(under.partition);
      for (const { id, text = '' } of edits) texts.set(id, text);
    },
    since: () => Promise.reject(new Error('not asked for')),
    onWritten: () => () => {},
  };
}

leaseContract('memory', async () => {
  const clock = new ManualClock(0);
  const table = createLeaseTable({ leaseMs: 2000, nowMs: () => clock.nowMs() });
  const documents = guarded(table);
  const server = (name: string): LeasingStore => ({
    leases: table.join(name),
    documentsOf: () => documents,
  });
  return {
    first: server('first'),
    second: server('another'),
    passLease: async () => clock.advance(2001),
    close: async () => {},
  };
});

it('leases without end are nobody else’s until they are let go of', async () => {
  const clock = new ManualClock(0);
  const table = createLeaseTable({ leaseMs: Infinity, nowMs: () => clock.nowMs() });
  const [first, second] = [table.join('first'), table.join('second')];
  await first.attend();
  const lease = await first.take(3);
  clock.advance(1e12);
  expect(await second.attend()).toEqual(['first', 'second']);
  expect(await second.take(3)).toBeUndefined();
  expect(await first.renew([{ partition: 3, fence: 1 }])).toEqual([lease]);
  await first.release({ partition: 3, fence: 1 });
  expect(await second.take(3)).toEqual({ partition: 3, fence: 2 });
});
