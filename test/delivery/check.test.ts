import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Account, type Arrival, type Committed, complaintsAbout, neverCame } from './check.ts';

const PAIRS = ['Available/Available', 'Busy/InACall', 'Away/Away'];
const USERS = ['mira', 'noor', 'otis'];

/** Changes of three users, in the order in which they were committed. */
const anyCommitted = fc
  .array(fc.nat(USERS.length - 1), { minLength: 4, maxLength: 40 })
  .map((users) =>
    users.map(
      (user, at): Committed => ({
        userId: USERS[user] ?? '',
        number: 100 + at,
        pair: PAIRS[at % PAIRS.length] ?? '',
      }),
    ),
  );

const arrivalOf = (change: Committed): Arrival => ({
  kind: 'change',
  id: `id of ${change.number}`,
  ...change,
});

/** Everything arrives; then some of it once more, from a place on, as after a crash. */
const anyHonest = fc
  .tuple(anyCommitted, fc.constantFrom('each', 'latest'), fc.array(fc.nat(), { maxLength: 4 }))
  .map(([committed, delivery, restarts]): Account => {
    const once = committed.map(arrivalOf);
    const again = restarts.flatMap((restart) => once.slice(restart % once.length));
    return { delivery, committed, arrivals: [...once, ...again] };
  });

/** The account with a mistake planted at the given place, or undefined where that changes nothing. */
type Plant = (account: Account, at: number) => Account | undefined;

const withArrivals = (account: Account, arrivals: readonly Arrival[]): Account => ({
  ...account,
  arrivals,
});

const plants: Record<string, { readonly plant: Plant; readonly complaint: RegExp }> = {
  'a change that never comes': {
    plant: (account, at) => {
      const change = account.committed[at % account.committed.length];
      const arrivals = account.arrivals.filter(
        (arrival) => arrival.kind !== 'change' || arrival.number !== change?.number,
      );
      return withArrivals({ ...account, delivery: 'each' }, arrivals);
    },
    complaint: /was lost/,
  },
  'a last change that never comes, to one who gets the latest alone': {
    plant: (account) => {
      const change = account.committed.at(-1);
      const arrivals = account.arrivals.filter(
        (arrival) => arrival.kind !== 'change' || arrival.number !== change?.number,
      );
      return withArrivals({ ...account, delivery: 'latest' }, arrivals);
    },
    complaint: /was lost/,
  },
  'two changes of a user the wrong way round': {
    plant: (account, at) => {
      const changes = account.committed.map(arrivalOf);
      const first = at % changes.length;
      const userId = account.committed[first]?.userId;
      const second = account.committed.findIndex(
        (change, index) => index > first && change.userId === userId,
      );
      const [a, b] = [changes[first], changes[second]];
      if (a === undefined || b === undefined) return undefined;
      changes[first] = b;
      changes[second] = a;
      return withArrivals(account, changes);
    },
    complaint: /came after a later one/,
  },
  'a repetition without an id': {
    plant: (account, at) => {
      const again = account.arrivals[at % account.arrivals.length];
      if (again?.kind !== 'change') return undefined;
      return withArrivals(account, [
        ...account.arrivals,
        { ...again, id: undefined },
        ...account.committed.map(arrivalOf),
      ]);
    },
    complaint: /without an id/,
  },
  'a repetition under another id': {
    plant: (account, at) => {
      const again = account.arrivals[at % account.arrivals.length];
      if (again?.kind !== 'change') return undefined;
      return withArrivals(account, [
        ...account.arrivals,
        { ...again, id: 'another' },
        ...account.committed.map(arrivalOf),
      ]);
    },
    complaint: /under another id/,
  },
  'two changes under one id': {
    plant: (account, at) => {
      const changed = at % account.committed.length;
      const arrivals = account.committed.map(arrivalOf);
      const other = arrivals[(changed + 1) % arrivals.length];
      const one = arrivals[changed];
      if (one?.kind !== 'change' || other?.kind !== 'change') return undefined;
      arrivals[changed] = { ...one, id: other.id };
      return withArrivals(account, arrivals);
    },
    complaint: /has the id of/,
  },
  'a change that never happened': {
    plant: (account) =>
      withArrivals(account, [
        { kind: 'change', id: 'made up', userId: 'mira', number: 1, pair: 'Away/Away' },
        ...account.arrivals,
      ]),
    complaint: /never happened/,
  },
  'another state than the change left': {
    plant: (account, at) => {
      const arrivals = [...account.arrivals];
      const place = at % arrivals.length;
      const one = arrivals[place];
      if (one?.kind !== 'change') return undefined;
      arrivals[place] = { ...one, pair: 'Offline/Offline' };
      return withArrivals(account, arrivals);
    },
    complaint: /came as Offline\/Offline/,
  },
  'an old state as the last word': {
    plant: (account, at) => {
      const old = account.committed[at % account.committed.length];
      if (old === undefined || account.committed.at(-1)?.userId !== old.userId) return undefined;
      if (old === account.committed.at(-1)) return undefined;
      return withArrivals(account, [...account.committed.map(arrivalOf), arrivalOf(old)]);
    },
    complaint: /the last word/,
  },
};

describe('the checker of deliveries', () => {
  it('has nothing to say where everything arrives, also when it does so again after crashes', () => {
    fc.assert(fc.property(anyHonest, (account) => complaintsAbout(account).length === 0));
  });

  it('has nothing to say where the latest arrives and was all that was asked for', () => {
    fc.assert(
      fc.property(anyCommitted, (committed) => {
        const final = new Map(committed.map((change) => [change.userId, change]));
        const arrivals = [...final.values()].sort((a, b) => a.number - b.number).map(arrivalOf);
        expect(complaintsAbout({ delivery: 'latest', committed, arrivals })).toEqual([]);
      }),
    );
  });

  it('takes an announcement for what never came', () => {
    const committed = [{ userId: 'mira', number: 7, pair: 'Away/Away' }];
    expect(complaintsAbout({ delivery: 'each', committed, arrivals: [] })).toHaveLength(1);
    const arrivals: Arrival[] = [{ kind: 'missed', committed: 1 }];
    expect(complaintsAbout({ delivery: 'each', committed, arrivals })).toEqual([]);
  });

  it('takes no announcement for what was committed after it', () => {
    const committed = [7, 8].map((number) => ({ userId: 'mira', number, pair: 'Away/Away' }));
    const arrivals: Arrival[] = [{ kind: 'missed', committed: 1 }];
    expect(complaintsAbout({ delivery: 'each', committed, arrivals })).toEqual([
      'change 8 of mira was lost',
    ]);
  });

  it('asks for nothing that was committed before the promise', () => {
    const committed = [7, 8].map((number) => ({ userId: 'mira', number, pair: 'Away/Away' }));
    const account = { delivery: 'each', committed, arrivals: [] } as const;
    expect(complaintsAbout({ ...account, before: 1 })).toEqual(['change 8 of mira was lost']);
    expect(complaintsAbout({ ...account, before: 2 })).toEqual([]);
  });

  describe('of what stood still with its sender, and came late,', () => {
    const committed = [7, 8].map((number) => ({ userId: 'mira', number, pair: 'Away/Away' }));
    const [first, second] = committed.map(arrivalOf);
    const late = { ...(first ?? expect.fail()), isLate: true } as Arrival;
    const arrivals = (...which: (Arrival | undefined)[]) =>
      which.filter((each) => each !== undefined);
    const account = { delivery: 'latest', committed } as const;

    it('takes an old state after a newer one, repeated or not', () => {
      const repeated = arrivals(first, second, late);
      expect(complaintsAbout({ ...account, arrivals: repeated })).toEqual([]);
      const alone = arrivals(second, late);
      expect(complaintsAbout({ ...account, arrivals: alone })).toEqual([]);
    });

    it('takes nothing as a promise kept', () => {
      const each = { ...account, delivery: 'each', arrivals: arrivals(late, second) } as const;
      expect(complaintsAbout(each)).toEqual(['change 7 of mira was lost']);
      expect(neverCame(each)).toBe(1);
    });

    it('asks for the id that it had or has later', () => {
      const other = { ...late, id: 'another' } as Arrival;
      for (const shuffled of [arrivals(first, second, other), arrivals(other, first, second)]) {
        expect(complaintsAbout({ ...account, arrivals: shuffled })).toEqual([
          'change 7 of mira was repeated under another id',
        ]);
      }
    });
  });

  it('counts what never came, announced or not', () => {
    const committed = [7, 8, 9].map((number) => ({ userId: 'mira', number, pair: 'Away/Away' }));
    const [, came] = committed.map(arrivalOf);
    const arrivals: Arrival[] = [came ?? expect.fail(), { kind: 'missed', committed: 3 }];
    expect(neverCame({ delivery: 'each', committed, arrivals })).toBe(2);
    expect(neverCame({ delivery: 'each', committed, arrivals, before: 1 })).toBe(1);
  });

  it.each(Object.keys(plants))('finds %s', (name) => {
    const { plant, complaint } = plants[name] ?? expect.fail();
    let planted = 0;
    fc.assert(
      fc.property(anyHonest, fc.nat(), (account, at) => {
        const broken = plant(account, at);
        if (broken === undefined) return;
        planted++;
        expect(complaintsAbout(broken)).toEqual(
          expect.arrayContaining([expect.stringMatching(complaint)]),
        );
      }),
    );
    expect(planted).toBeGreaterThan(20);
  });
});
