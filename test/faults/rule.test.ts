import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAimedAt, type Target } from '../../src/faults/aim.ts';
import { type Order, Rule } from '../../src/faults/rule.ts';
import { MOST_RULES, Rules } from '../../src/faults/rules.ts';
import { nthNumber } from '../../src/random.ts';

const ANYTHING = { operation: null, tenantId: null, appId: null, user: null, subscriptionId: null };
const DROP = { kind: 'drop', isCarriedOut: false } as const;
const order = (changes: Partial<Order> = {}): Order => ({
  ...{ aim: ANYTHING, fault: DROP, times: null, probability: 1, seed: null },
  ...changes,
});
const TARGET: Target = {
  ...{ operation: 'getPresence', tenantId: 'a', appId: 'b' },
  ...{ users: ['ada', 'emil'], subscriptionId: 's' },
};
const resolve = (_: string, name: string) => (name.startsWith('?') ? undefined : name);

/** Which of the first `count` it strikes. */
const struckBy = (rule: Rule, count: number) =>
  Array.from({ length: count }, () => rule.strike()).flatMap((struck, n) => (struck ? [n] : []));

const seeds = fc.nat({ max: 2 ** 32 - 1 });
const probabilities = fc.double({ min: 0.001, max: 1, noNaN: true });

describe('a rule', () => {
  test('with the same seed and probability strikes the same ones, and counts them', () => {
    fc.assert(
      fc.property(seeds, probabilities, fc.nat({ max: 200 }), (seed, probability, count) => {
        const [one, other] = [1, 2].map((n) => new Rule(n, order({ seed, probability })));
        if (one === undefined || other === undefined) throw new Error('there are two');
        const struck = struckBy(one, count);
        expect(struckBy(other, count)).toEqual(struck);
        expect({ matched: one.matched, struck: one.struck }).toEqual({
          matched: count,
          struck: struck.length,
        });
      }),
    );
  });

  test('with times strikes the first so many of those that it would strike without, and is over', () => {
    fc.assert(
      fc.property(
        seeds,
        probabilities,
        fc.integer({ min: 1, max: 20 }),
        (seed, probability, times) => {
          const all = struckBy(new Rule(1, order({ seed, probability })), 100);
          const rule = new Rule(1, order({ seed, probability, times }));
          expect(struckBy(rule, 100)).toEqual(all.slice(0, times));
          expect(rule.isOver).toBe(all.length >= times);
        },
      ),
    );
  });

  test('without a probability strikes each; ended, none', () => {
    const rule = new Rule(1, order());
    expect(struckBy(rule, 3)).toEqual([0, 1, 2]);
    rule.end();
    expect(struckBy(rule, 3)).toEqual([]);
    expect(rule).toMatchObject({ matched: 3, struck: 3, isOver: true });
  });

  test('strikes about as many as its probability says, whatever the seed', () => {
    for (const seed of [0, 1, 7, 2 ** 31, 2 ** 32 - 1]) {
      for (const probability of [0.1, 0.5, 0.9]) {
        const { length } = struckBy(new Rule(1, order({ seed, probability })), 10_000);
        expect(Math.abs(length / 10_000 - probability), `${seed} ${probability}`).toBeLessThan(
          0.02,
        );
      }
    }
  });

  test('with its number for a seed strikes others than its neighbour', () => {
    const [one, other] = [1, 2].map((n) => struckBy(new Rule(n, order({ probability: 0.5 })), 100));
    expect(one).not.toEqual(other);
    expect(Math.abs((one ?? []).filter((n) => other?.includes(n)).length - 25)).toBeLessThan(15);
  });
});

test('chance is at least 0 and below 1', () => {
  fc.assert(
    fc.property(seeds, seeds, (seed, n) => {
      expect(nthNumber(seed, n)).toBeGreaterThanOrEqual(0);
      expect(nthNumber(seed, n)).toBeLessThan(1);
    }),
  );
});

describe('a rule is about', () => {
  test('everything that it names, and nothing else', () => {
    expect(isAimedAt(ANYTHING, TARGET, resolve)).toBe(true);
    const named = {
      ...{ operation: 'getPresence', tenantId: 'a', appId: 'b' },
      ...{ user: 'emil', subscriptionId: 's' },
    };
    expect(isAimedAt(named, TARGET, resolve)).toBe(true);
    for (const field of Object.keys(named) as (keyof typeof named)[]) {
      expect(isAimedAt({ ...ANYTHING, [field]: named[field] }, TARGET, resolve), field).toBe(true);
      expect(isAimedAt({ ...named, [field]: 'else' }, TARGET, resolve), field).toBe(false);
    }
  });

  test('nobody where the tenant knows nobody of that name', () => {
    expect(isAimedAt({ ...ANYTHING, user: '?' }, { ...TARGET, users: ['?'] }, resolve)).toBe(false);
  });
});

describe('rules', () => {
  const kinds = new Set(['drop'] as const);
  const strike = (rules: Rules, target = TARGET) =>
    [...rules.strike(target, kinds)].map(({ number }) => number);

  test('strike in the order in which they were ordered, as far as they are asked', () => {
    const rules = new Rules(resolve);
    for (let n = 0; n < 3; n++) rules.add(order());
    for (const rule of rules.strike(TARGET, kinds)) if (rule.number === 2) break;
    expect(rules.all().map(({ matched }) => matched)).toEqual([1, 1, 0]);
    expect(strike(rules)).toEqual([1, 2, 3]);
  });

  test('pass over what is of another kind, about others, or over, without counting it', () => {
    const rules = new Rules(resolve);
    rules.add(order({ fault: { kind: 'latency', latencyMs: 1 } }));
    rules.add(order({ aim: { ...ANYTHING, appId: 'else' } }));
    rules.add(order({ times: 1 }));
    expect(strike(rules)).toEqual([3]);
    expect(strike(rules)).toEqual([]);
    expect(rules.all().map(({ matched }) => matched)).toEqual([0, 0, 1]);
  });

  test('cleared, begin again: the same numbers, and with them the same chances', () => {
    const rules = new Rules(resolve);
    const seen = () => {
      rules.add(order({ probability: 0.5 }));
      return Array.from({ length: 50 }, () => strike(rules).length);
    };
    const first = seen();
    rules.clear();
    expect(rules.isEmpty).toBe(true);
    expect(seen()).toEqual(first);
  });

  test('are so many at most; one that is over makes room', () => {
    const rules = new Rules(resolve);
    for (let n = 0; n < MOST_RULES; n++) expect(rules.add(order({ times: 1 }))).toBeDefined();
    expect(rules.add(order())).toBeUndefined();
    rules.all()[5]?.end();
    expect(rules.add(order())?.number).toBe(MOST_RULES + 1);
    expect(rules.add(order())).toBeUndefined();
  });
});
