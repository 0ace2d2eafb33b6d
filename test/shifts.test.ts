import { expect, test } from 'vitest';
import { ManualClock } from '../src/clock.ts';
import { createShifts } from '../src/shifts.ts';
import { StoreUnavailable } from '../src/store/errors.ts';
import { createMemory } from '../src/store/memory.ts';
import { createLeaseTable } from '../src/store/memory-leases.ts';

const START_MS = Date.parse('2026-11-21T09:00:00Z');

test('work on a partition that could not begin whole does not go on beside the next try', async () => {
  const clock = new ManualClock(START_MS);
  const steadyClock = new ManualClock(0);
  const leases = createLeaseTable({ leaseMs: 2000, nowMs: () => steadyClock.nowMs() });
  const errors: unknown[] = [];
  let tries = 0;
  const shifts = createShifts({
    ...{ clock, steadyClock, retentionMs: 60_000 },
    store: createMemory({ leases }).open(),
    notifier: {
      async take() {
        if (++tries < 4) throw new StoreUnavailable('away', 1000);
      },
      leave: async () => {},
      lose() {},
    },
    refills: { offer() {}, settled: async () => {} },
    feeds: { take() {}, leave: async () => {} },
    onError: (_, error) => errors.push(error),
  });
  await shifts.start();
  for (let beat = 0; beat < 10 && shifts.lease(0) === undefined; beat++) {
    steadyClock.advance(500);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  }
  expect(shifts.lease(0)).toBeDefined();
  expect(errors).toHaveLength(3);

  await shifts.stop();
  // Whatever still had an alarm set would tick and trim for ever.
  expect(clock.nextAlarmMs()).toBe(Number.POSITIVE_INFINITY);
  expect(steadyClock.nextAlarmMs()).toBe(Number.POSITIVE_INFINITY);
});
