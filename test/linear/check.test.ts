import { describe, expect, test } from 'vitest';
import { AVAILABLE, AWAY, BUSY, OFFLINE } from '../../src/engine/pair.ts';
import { Random } from '../crash/random.ts';
import { checkHistory, describeFinding, hasOrder } from './check.ts';
import { hasOrderByTrying } from './naive.ts';
import type { Operation, Read } from './operation.ts';
import { PLANTED } from './planted.ts';
import { clear, prefer, read, say, set, shownAs, write } from './script.ts';
import { type Simulated, simulate } from './simulate.ts';

const SEED = Number(process.env.LINEAR_SEED ?? Math.floor(Math.random() * 2 ** 31));

const STEADY: Simulated = { clients: 4, operations: 60, unknownChance: 0, staleChance: 0 };
const TROUBLED: Simulated = { clients: 6, operations: 120, unknownChance: 0.1, staleChance: 0.1 };

function look(history: readonly Operation[]): string[] {
  return checkHistory(history).map(describeFinding);
}

describe('a history that no server may have is rejected', () => {
  test.each(PLANTED)('$what: $kind', ({ kind, history }) => {
    expect(checkHistory(history).map((finding) => finding.kind)).toEqual([kind]);
  });

  test('of at least 20 sorts', () => {
    expect(PLANTED.length).toBeGreaterThanOrEqual(20);
  });

  test('a finding says who, what and which operations', () => {
    const [finding = ''] = look([write(say('one'), 0, 1), read(0, shownAs(OFFLINE), 2, 3)]);
    expect(finding).toBe(
      [
        'stale read, user 00000001-aaaa-4aaa-8aaa-000000000001: this was true before, and no more',
        '2.000 to 3.000 ms, client of 2 at n1: read Offline/Offline null, number 0',
      ].join('\n  '),
    );
  });
});

describe('a history that a server may have is accepted', () => {
  test.each<{ what: string; history: Operation[] }>([
    {
      what: 'a read beside a write shows either',
      history: [
        write(set('a', BUSY), 0, 9),
        read(0, shownAs(OFFLINE), 3, 4),
        read(5, shownAs(BUSY), 5, 6),
      ],
    },
    {
      what: 'an unanswered write takes effect long after',
      history: [
        write(set('a', BUSY), 0, 1),
        write(set('a', AWAY), 2, 3, 'unknown'),
        read(1, shownAs(BUSY), 4, 5),
        write(say('x'), 6, 7),
        read(7, shownAs(BUSY, 'x'), 8, 9),
        read(9, shownAs(AWAY, 'x'), 10, 11),
      ],
    },
    {
      what: 'an unanswered clear explains that a session is not found',
      history: [
        write(set('a', BUSY), 0, 1),
        write(clear('a'), 2, 3, 'unknown'),
        write(clear('a'), 4, 5, 'not found'),
        read(3, shownAs(OFFLINE), 6, 7),
      ],
    },
    {
      what: 'a flagged read shows what was true that long ago',
      history: [
        write(set('a', BUSY), 0, 1),
        write(set('a', AWAY), 3, 4),
        read(1, shownAs(BUSY), 10, 11, 8),
        read(4, shownAs(AWAY), 12, 13),
      ],
    },
    {
      what: 'a change that an unanswered write hides has no number',
      history: [
        write(set('a', AVAILABLE), 0, 1),
        write(prefer(AVAILABLE), 2, 3),
        read(1, shownAs(AVAILABLE), 4, 5),
        write(set('a', BUSY), 6, 7, 'unknown'),
        write(set('a', AVAILABLE), 8, 9),
        read(1, shownAs(AVAILABLE), 10, 11),
      ],
    },
  ])('$what', ({ history }) => {
    expect(look(history)).toEqual([]);
  });

  test('whatever its clients do, and however answers are lost', () => {
    console.log(`LINEAR_SEED=${SEED}`);
    for (let run = 0; run < 150; run++) {
      const random = new Random(SEED + run);
      expect(look(simulate(random, run % 2 === 0 ? STEADY : TROUBLED)), `${SEED + run}`).toEqual(
        [],
      );
    }
  });

  test('also when many writes get no answer, and may come at any time', () => {
    for (let run = 0; run < 5; run++) {
      const how = { clients: 4, operations: 700, unknownChance: 0.03, staleChance: 0.05 };
      expect(look(simulate(new Random(SEED + run), how)), `${SEED + run}`).toEqual([]);
    }
  });
});

describe('of a short history, good or bad, it says what trying all orders says', () => {
  /** Three clients, and reads that show what others showed, some of them. */
  function anyHistory(random: Random, unknownChance: number): Operation[] {
    const how = { clients: 3, operations: 9, unknownChance, staleChance: 0.1 };
    const history = simulate(random, how);
    const reads = history.filter((each): each is Read => each.kind === 'read');
    return history.map((each) => {
      if (each.kind === 'write' || random.chance(0.6)) return each;
      const { shown, number } = random.pick(reads);
      return random.chance(0.7) ? { ...each, shown, number } : { ...each, number };
    });
  }

  test('the same, while every write is answered', () => {
    const verdicts = new Set<boolean>();
    for (let run = 0; run < 1500; run++) {
      const history = anyHistory(new Random(SEED + run), 0);
      const verdict = hasOrderByTrying(history);
      verdicts.add(verdict);
      expect(hasOrder(history), `${SEED + run}`).toBe(verdict);
    }
    expect(verdicts.size).toBe(2);
  });

  test('never that there is none where there is one, with writes that get no answer', () => {
    const count = { orders: 0, none: 0, noneFound: 0 };
    for (let run = 0; run < 1500; run++) {
      const history = anyHistory(new Random(SEED + run), 0.4);
      const found = hasOrder(history);
      if (hasOrderByTrying(history)) {
        count.orders++;
        expect(found, `${SEED + run}`).toBe(true);
      } else {
        count.none++;
        if (!found) count.noneFound++;
      }
    }
    expect(count.orders).toBeGreaterThan(100);
    // The others differ in numbers alone, which an unknown write may have taken.
    expect(count.noneFound).toBeGreaterThan(count.none * 0.8);
  });
});

describe('a good history is rejected when', () => {
  /** Changes histories, where there is something to change, until that was done often enough. */
  function rejections(
    how: Simulated,
    mutate: (history: Operation[], random: Random) => Operation[] | undefined,
  ): { mutated: number; rejected: number } {
    const count = { mutated: 0, rejected: 0 };
    for (let run = 0; run < 300 && count.mutated < 60; run++) {
      const random = new Random(SEED + run);
      const mutated = mutate(simulate(random, how), random);
      if (mutated === undefined) continue;
      count.mutated++;
      if (!hasOrder(mutated)) count.rejected++;
    }
    expect(count.mutated).toBeGreaterThan(30);
    return count;
  }

  const readsOf = (history: readonly Operation[]) =>
    history.filter((each): each is Read => each.kind === 'read');

  test('a read shows what was true before another that ended before it began', () => {
    const { mutated, rejected } = rejections(TROUBLED, (history, random) => {
      const fresh = readsOf(history).filter(({ staleMs }) => staleMs === undefined);
      const late = random.pick(fresh);
      const newer = fresh.filter(({ returnedNs }) => returnedNs < late.invokedNs);
      const older = fresh.find(({ number }) => newer.some((each) => each.number > number));
      if (older === undefined) return undefined;
      const { number, shown } = older;
      return history.map((each) => (each === late ? { ...late, number, shown } : each));
    });
    expect(rejected).toBe(mutated);
  });

  test('a message is read that nobody wrote', () => {
    const { mutated, rejected } = rejections(TROUBLED, (history, random) => {
      const seen = history.filter(
        (each) =>
          each.kind === 'write' &&
          each.command.kind === 'setStatusMessage' &&
          each.command.content !== '' &&
          readsOf(history).some(({ shown }) => shown.includes(`"${messageOf(each)}"`)),
      );
      if (seen.length === 0) return undefined;
      const dropped = random.pick(seen);
      return history.filter((each) => each !== dropped);
    });
    expect(rejected).toBe(mutated);
  });

  test('a number is used for something else too', () => {
    const { mutated, rejected } = rejections(TROUBLED, (history, random) => {
      const one = random.pick(readsOf(history));
      const other = readsOf(history).find(({ shown }) => shown !== one.shown);
      if (other === undefined) return undefined;
      return history.map((each) => (each === one ? { ...one, number: other.number } : each));
    });
    expect(rejected).toBe(mutated);
  });

  test('a session is cleared once more than it was set', () => {
    const { mutated, rejected } = rejections(STEADY, (history) => {
      const endNs = Math.max(...history.map(({ returnedNs }) => returnedNs));
      const later = (count: number) => endNs / 1e6 + count;
      return [
        ...history,
        write(set('z', BUSY), later(1), later(2)),
        write(clear('z'), later(3), later(4)),
        write(clear('z'), later(5), later(6)),
      ];
    });
    expect(rejected).toBe(mutated);
  });

  test('an acknowledged write is undone that made a difference between two reads', () => {
    const alone = { ...STEADY, clients: 1, operations: 80 };
    const { mutated, rejected } = rejections(alone, (history) => {
      const dropped = history.find((each, index) => {
        const [before, after] = [history[index - 1], history[index + 1]];
        if (each.kind !== 'write' || before?.kind !== 'read' || after?.kind !== 'read')
          return false;
        return before.number !== after.number;
      });
      return dropped && history.filter((each) => each !== dropped);
    });
    expect(rejected).toBe(mutated);
  });

  test('two reads change places: mostly, as some of them overlapped', () => {
    const { mutated, rejected } = rejections(TROUBLED, (history, random) => {
      const [a, b] = random.some(readsOf(history), 2);
      if (a === undefined || b === undefined || a.number === b.number) return undefined;
      const as = (one: Read, { number, shown }: Read) => ({ ...one, number, shown });
      return history.map((each) => (each === a ? as(a, b) : each === b ? as(b, a) : each));
    });
    expect(rejected).toBeGreaterThan(mutated * 0.8);
  });
});

function messageOf(operation: Operation): string | undefined {
  if (operation.kind !== 'write' || operation.command.kind !== 'setStatusMessage') return undefined;
  return operation.command.content;
}
