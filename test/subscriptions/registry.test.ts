import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRegistry, idsOf } from '../../src/subscriptions/registry.ts';
import type { Subscription } from '../../src/subscriptions/subscription.ts';
import { exampleSubscription, guid, TENANT } from './examples.ts';

const TENANTS = [TENANT, guid(0xffff)];
const USERS = [guid(101), guid(102), guid(103)];

const subscriptions = fc.record({
  id: fc.nat(7).map(guid),
  tenantId: fc.constantFrom(...TENANTS),
  appId: fc.constantFrom(guid(201), guid(202)),
  userId: fc.constantFrom(null, ...USERS),
  scope: fc.oneof(
    fc.constant<'tenant'>('tenant'),
    fc.uniqueArray(fc.constantFrom(...USERS), { minLength: 1 }),
  ),
});

const steps = fc.array(
  fc.oneof(
    subscriptions.map((changes) => ({ put: exampleSubscription(changes) })),
    fc.nat(7).map((number) => ({ remove: guid(number) })),
  ),
  { maxLength: 40 },
);

const ids = (found: Iterable<Subscription>) => Array.from(found, ({ id }) => id).sort();

test('it finds what a list searched from end to end would find', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const registry = createRegistry();
      const model = new Map<string, Subscription>();
      for (const step of all) {
        if ('remove' in step) {
          registry.remove(step.remove);
          model.delete(step.remove);
          continue;
        }
        // Owner and scope of a subscription stay what they are.
        const known = model.get(step.put.id);
        const next = known === undefined ? step.put : { ...known, renewedMs: known.renewedMs + 1 };
        registry.put(next);
        model.set(next.id, next);
      }
      const list = [...model.values()];
      expect(registry.size).toBe(model.size);
      expect(ids(registry.all())).toEqual(ids(list));
      for (const [id, subscription] of model) expect(registry.get(id)).toBe(subscription);
      for (const tenantId of TENANTS) {
        for (const userId of USERS) {
          const expected = list.filter(
            (each) =>
              each.tenantId === tenantId &&
              (each.scope === 'tenant' || each.scope.includes(userId)),
          );
          const found = registry.matching(tenantId, userId);
          expect(ids(found)).toEqual(ids(expected));
          for (const each of found) expect(model.get(each.id)).toBe(each);
        }
      }
      for (const owner of list) {
        const { tenantId, appId, userId } = owner;
        const ofApp = list.filter((each) => each.tenantId === tenantId && each.appId === appId);
        expect(ids(registry.ownedBy(owner))).toEqual(
          ids(ofApp.filter((each) => each.userId === userId)),
        );
        expect(registry.use(owner)).toEqual({
          subscriptions: ofApp.length,
          ids: ofApp.reduce((sum, each) => sum + idsOf(each), 0),
        });
      }
    }),
  );
});

test('an application without subscriptions uses nothing', () => {
  const registry = createRegistry();
  const subscription = exampleSubscription();
  registry.put(subscription);
  registry.remove(subscription.id);
  expect(registry.use(subscription)).toEqual({ subscriptions: 0, ids: 0 });
  expect(registry.matching(TENANT, guid(101))).toEqual([]);
});

test('a resource that is longer than its ids need counts by its length', () => {
  const scope = [guid(1)];
  expect(idsOf({ scope, resource: `users/${guid(1)}/presence` })).toBe(1);
  expect(idsOf({ scope, resource: 'x'.repeat(64_000) })).toBe(1000);
  expect(idsOf({ scope: 'tenant', resource: 'communications/presences' })).toBe(1);
});

test('a million questions about users with and without subscriptions take little', () => {
  const registry = createRegistry();
  for (let number = 0; number < 100; number++) {
    const scope = Array.from({ length: 650 }, (_, at) => guid(number * 300 + at));
    registry.put(exampleSubscription({ id: guid(0xf0000 + number), scope }));
  }
  const users = Array.from({ length: 50_000 }, (_, at) => guid(at));
  const startMs = performance.now();
  let found = 0;
  for (let round = 0; round < 20; round++) {
    for (const userId of users) found += registry.matching(TENANT, userId).length;
  }
  expect(found).toBe(20 * 100 * 650);
  expect(performance.now() - startMs).toBeLessThan(5000);
});
