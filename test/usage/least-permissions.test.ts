import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { authorize } from '../../src/auth/authorize.ts';
import type { Caller } from '../../src/auth/caller.ts';
import { withAdded } from '../../src/auth/permissions.ts';
import type { Route } from '../../src/http/route.ts';
import { leastPermissions } from '../../src/usage/least-permissions.ts';
import type { TokenUse } from '../../src/usage/record.ts';
import { enough } from '../../src/usage/report.ts';
import { exampleDirectoryRoutes, exampleOwnRoutes, exampleRoutes } from '../http/routes.ts';

const ROUTES = [...exampleRoutes(), ...exampleDirectoryRoutes(), ...exampleOwnRoutes()];
const USER = 'fa8bf3dc-eca7-46b7-bad1-db199b62afc3';
const OTHER = '66825e03-7ef5-42da-9069-724602c31f6b';

interface Used {
  readonly route: Route;
  readonly token: TokenUse;
}

const TARGETS: Readonly<Record<TokenUse, string>> = {
  application: OTHER,
  delegatedOneself: USER,
  delegatedOthers: OTHER,
  delegatedMany: 'many',
};

function isAllowed({ route, token }: Used, permissions: readonly string[]): boolean {
  const caller: Caller = {
    tenantId: OTHER,
    appId: OTHER,
    userId: token === 'application' ? null : USER,
    permissions: new Set(permissions),
    expiresMs: 0,
  };
  return authorize(withAdded(route.access), caller, TARGETS[token]).allowed;
}

const least = (used: readonly Used[]) =>
  leastPermissions(used.map(({ route, token }) => enough(route.access, token)));

type Lists = readonly (readonly string[])[];

const covers = (set: readonly string[], lists: Lists) =>
  lists.every((list) => list.length === 0 || list.some((each) => set.includes(each)));

/** How far from the beginnings of the lists a set stands: each list counts once. */
function distance(set: readonly string[], lists: Lists): number {
  const distinct = [...new Set(lists.map((list) => JSON.stringify(list)))];
  return distinct.reduce(
    (sum, list) =>
      sum +
      Math.max(
        0,
        (JSON.parse(list) as string[]).findIndex((each) => set.includes(each)),
      ),
    0,
  );
}

/** Every set of these names. */
function subsets([first, ...rest]: readonly string[]): string[][] {
  if (first === undefined) return [[]];
  return subsets(rest).flatMap((set) => [set, [first, ...set]]);
}

/** Every set that has one of each list, and of which nothing can be left out. */
function setsWithoutExcess(lists: Lists): string[][] {
  return subsets([...new Set(lists.flat())]).filter(
    (set) =>
      covers(set, lists) &&
      set.every(
        (one) =>
          !covers(
            set.filter((each) => each !== one),
            lists,
          ),
      ),
  );
}

/** Operations that somebody may use, all with tokens of one kind. */
const uses = fc.boolean().chain((isApplication) => {
  const tokens = Object.keys(TARGETS) as TokenUse[];
  const possible = ROUTES.flatMap((route) =>
    tokens
      .filter((token) => (token === 'application') === isApplication)
      .map((token) => ({ route, token })),
  ).filter(({ route, token }) => enough(route.access, token).length > 0);
  return fc.array(fc.constantFrom(...possible), { maxLength: 7 });
});

describe('for whatever operations an application used, the least permissions', () => {
  test('allow each of them, and none can be left out', () => {
    const sizes = new Set<number>();
    fc.assert(
      fc.property(uses, (used) => {
        const needed = least(used);
        sizes.add(needed.length);
        for (const each of used) expect(isAllowed(each, needed)).toBe(true);
        for (const one of needed) {
          const rest = needed.filter((name) => name !== one);
          expect(used.every((each) => isAllowed(each, rest))).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
    expect(sizes.size).toBeGreaterThan(2);
  });

  test('are the same, in whatever order and however often they were used', () => {
    fc.assert(
      fc.property(
        uses.chain((used) =>
          fc.tuple(fc.constant(used), fc.shuffledSubarray(used, { minLength: used.length })),
        ),
        ([used, shuffled]) => {
          expect(least([...shuffled, ...used])).toEqual(least(used));
        },
      ),
      { numRuns: 100 },
    );
  });

  test('are of all sets without excess the least privileged, and of those as near the smallest', () => {
    const lists = fc.array(fc.uniqueArray(fc.constantFrom(...'abcdef'), { minLength: 1 }), {
      maxLength: 7,
    });
    fc.assert(
      fc.property(lists, (all) => {
        const set = leastPermissions(all);
        const possible = setsWithoutExcess(all);
        expect(possible.map((each) => each.toSorted())).toContainEqual(set);
        for (const other of possible) {
          const further = distance(other, all) - distance(set, all);
          expect(further).toBeGreaterThanOrEqual(0);
          if (further === 0) expect(other.length).toBeGreaterThanOrEqual(set.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('of several sets', () => {
  test.each<[string, string[][], string[]]>([
    ['one list', [['Presence.Read', 'Presence.Read.All']], ['Presence.Read']],
    [
      'what one permission covers needs no second',
      [['Presence.Read', 'Presence.Read.All'], ['Presence.Read.All']],
      ['Presence.Read.All'],
    ],
    [
      'the nearest to the beginnings',
      [
        ['c', 'b'],
        ['x', 'c', 'b'],
      ],
      ['c'],
    ],
    [
      'of those as near, the first by name',
      [
        ['b', 'a'],
        ['a', 'b'],
      ],
      ['a'],
    ],
    [
      'two narrow ones before one that opens everything',
      [
        ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite.All'],
        ['User.ReadBasic.All', 'User.Read.All', 'User.ReadWrite.All'],
      ],
      ['ProfilePhoto.ReadWrite.All', 'User.ReadBasic.All'],
    ],
    [
      'but none that another one makes needless',
      [['Presence.Read.All', 'Presence.ReadWrite.All'], ['Presence.ReadWrite.All']],
      ['Presence.ReadWrite.All'],
    ],
    ['nothing', [[], []], []],
  ])('the least privileged is taken: %s', (_, lists, expected) => {
    expect(leastPermissions(lists)).toEqual(expected);
  });

  test('many lists that have nothing in common take no time', () => {
    const lists = Array.from({ length: 12 }, (_, at) => [`a${at}`, `b${at}`]);
    expect(leastPermissions(lists)).toEqual(lists.map(([first]) => first).toSorted());
  });
});
