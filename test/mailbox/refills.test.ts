import { expect, test } from 'vitest';
import { createRefills } from '../../src/mailbox/refills.ts';
import type { UserKey } from '../../src/store/store.ts';

const userOf = (number: number): UserKey => ({ tenantId: 'tenant', userId: `user ${number}` });

/** Refills that go on when the test says so. */
function setUp(limits: { mostAtOnce?: number; mostWaiting?: number } = {}) {
  const begun: string[] = [];
  const ends: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  const errors: unknown[] = [];
  const refills = createRefills({
    refill: ({ userId }) => {
      begun.push(userId);
      return new Promise((resolve, reject) => ends.push({ resolve, reject }));
    },
    onError: (error) => errors.push(error),
    ...limits,
  });
  const offer = (...numbers: readonly number[]) => {
    for (const number of numbers) refills.offer(userOf(number));
  };
  return { refills, offer, begun, ends, errors };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('whoever offers has its turn first, then so many are under way at a time, in order', async () => {
  const { offer, begun, ends, refills } = setUp({ mostAtOnce: 2 });
  offer(1, 2, 3);
  expect(begun).toEqual([]);
  await turn();
  expect(begun).toEqual(['user 1', 'user 2']);
  ends[1]?.resolve();
  await turn();
  expect(begun).toEqual(['user 1', 'user 2', 'user 3']);
  for (const { resolve } of ends) resolve();
  await refills.settled();
});

test('who waits or is under way isn’t taken twice, and afterwards is', async () => {
  const { offer, begun, ends } = setUp({ mostAtOnce: 1 });
  offer(1, 2, 1, 2);
  await turn();
  ends[0]?.resolve();
  await turn();
  ends[1]?.resolve();
  await turn();
  expect(begun).toEqual(['user 1', 'user 2']);
  offer(1);
  await turn();
  expect(begun).toEqual(['user 1', 'user 2', 'user 1']);
});

test('of more than fit the rest is let go', async () => {
  const { offer, begun, ends, refills } = setUp({ mostAtOnce: 1, mostWaiting: 2 });
  offer(1, 2, 3, 4);
  for (let at = 0; at < 3; at++) {
    await turn();
    ends[at]?.resolve();
  }
  await refills.settled();
  expect(begun).toEqual(['user 1', 'user 2', 'user 3']);
});

test('one that fails is told of, and holds up nobody', async () => {
  const { offer, begun, ends, errors } = setUp({ mostAtOnce: 1 });
  offer(1, 2);
  await turn();
  const error = new Error('away');
  ends[0]?.reject(error);
  await turn();
  expect(errors).toEqual([error]);
  expect(begun).toEqual(['user 1', 'user 2']);
});

test('stopping waits for what is under way, and begins nothing more', async () => {
  const { offer, begun, ends, refills } = setUp({ mostAtOnce: 1 });
  offer(1, 2);
  await turn();
  let hasStopped = false;
  const stopping = refills.stop().then(() => {
    hasStopped = true;
  });
  await turn();
  expect(hasStopped).toBe(false);
  ends[0]?.resolve();
  await stopping;
  offer(3);
  await turn();
  expect(begun).toEqual(['user 1']);
});
