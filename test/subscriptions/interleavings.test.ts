import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DocumentStore } from '../../src/store/store.ts';
import { storedText } from '../../src/subscriptions/stored-form.ts';
import type { Subscription } from '../../src/subscriptions/subscription.ts';
import { exampleCaller, guid, inMinutes, TENANT } from './examples.ts';
import { openServers } from './servers.ts';

/** A user of few does something on a server of three. */
const step = fc.record({
  server: fc.nat(2),
  user: fc.nat(1),
  what: fc.constantFrom('create', 'renew', 'reauthorize', 'remove', 'remove by admin', 'sweep'),
  minutes: fc.integer({ min: 46, max: 60 }),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

test('whatever servers do at once, in whatever order the store answers: one subscription for each user, all of them know it, and none is made or ended unsaid', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { maxLength: 5 }),
      async (scheduler, rounds) => {
        const servers = openServers('graph');
        /** What is asked of the store gets there late, and so does its answer. */
        const late =
          <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
          async (...args: A): Promise<R> => {
            await scheduler.schedule(Promise.resolve());
            const answer = await call(...args).then(
              (value) => () => value,
              (error: unknown) => () => {
                throw error;
              },
            );
            return (await scheduler.schedule(Promise.resolve(answer)))();
          };
        const far = ({ write, since, onWritten }: DocumentStore) => ({
          write: late(write),
          since: late(since),
          onWritten,
        });
        const members = [far, far, far].map(servers.join);
        await scheduler.waitFor(Promise.all(members.map(({ service }) => service.load())));
        let made = 0;
        let ended = 0;
        const last = new Map<string, string>();

        const carryOut = async ({ server, user, what, minutes }: Step) => {
          const { service, create } = members[server] as (typeof members)[number];
          const caller = exampleCaller({ userId: guid(user) });
          const id = last.get(guid(user)) ?? guid(99);
          if (what === 'create') {
            const { id } = await create({}, { userId: guid(user) });
            made++;
            last.set(guid(user), id);
          } else if (what === 'renew') {
            const renewal = { expirationDateTime: inMinutes(minutes) };
            const { expiresMs } = await service.renew(caller, id, renewal);
            expect(new Date(expiresMs).toISOString()).toBe(renewal.expirationDateTime);
          } else if (what === 'reauthorize') await service.reauthorize(caller, id);
          else if (what === 'remove') {
            await service.remove(caller, id);
            ended++;
          } else if (what === 'remove by admin') {
            if (await service.removeByAdmin(TENANT, id)) ended++;
          } else await service.sweep();
        };

        for (const round of rounds) {
          const results = scheduler.waitFor(Promise.allSettled(round.map(carryOut)));
          for (const result of await results) {
            if (result.status === 'rejected') {
              expect([403, 404, 409]).toContain((result.reason as { status?: number }).status);
            }
          }
        }

        const { subscriptions } = await servers.kept();
        const lists = members.map(({ service }) => service.listByAdmin(TENANT));
        for (const list of await scheduler.waitFor(Promise.all(lists))) {
          expect(list.map(storedText)).toEqual([...subscriptions.values()]);
        }
        const users = [...subscriptions.values()].map(
          (text) => (JSON.parse(text) as Subscription).userId,
        );
        expect(new Set(users).size).toBe(users.length);
        expect(subscriptions.size).toBe(made - ended);
        expect(members.flatMap(({ errors }) => errors)).toEqual([]);
        await scheduler.waitFor(servers.stop());
      },
    ),
    { numRuns: 150 },
  );
});
