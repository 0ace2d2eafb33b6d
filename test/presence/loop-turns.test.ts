import { expect, test } from 'vitest';
import { createLoopTurns } from '../../src/presence/loop-turns.ts';

/** Counts the rounds of the event loop, each of which takes so long. */
function countRounds(roundMs = 0) {
  let count = 0;
  let isOver = false;
  const round = () => {
    count++;
    const endMs = performance.now() + roundMs;
    while (performance.now() < endMs);
    if (!isOver) setImmediate(round);
  };
  setImmediate(round);
  return {
    get count() {
      return count;
    },
    stop() {
      isOver = true;
    },
  };
}

test('no two pieces of work have the same turn, whoever asks', async () => {
  const turn = createLoopTurns();
  const rounds = countRounds();
  const at = await Promise.all(
    [turn(), turn(), turn()].map((each) => each.then(() => rounds.count)),
  );
  rounds.stop();
  expect(at[1]).toBeGreaterThan(at[0] ?? 0);
  expect(at[2]).toBeGreaterThan(at[1] ?? 0);
});

test('where the rounds of the event loop take long, a turn comes after one of them', async () => {
  const turn = createLoopTurns();
  const rounds = countRounds(10);
  const before = rounds.count;
  for (let piece = 0; piece < 5; piece++) await turn();
  rounds.stop();
  expect(rounds.count - before).toBeLessThanOrEqual(6);
});
