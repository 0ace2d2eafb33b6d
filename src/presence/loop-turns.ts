/**
 * How often the event loop comes round between two pieces of work. Node takes one new connection each time (libuv
 * since 1.45): with a piece in each round, clients that connect faster than pieces end would wait for the last.
 */
const ROUNDS = 8;

/** For how long, at most, unless a single round takes longer: a busy server has to do the pieces, too. */
const MOST_MS = 4;

/** Resolves once the event loop has given everything else its turn. */
export async function comeRound(): Promise<void> {
  const endMs = performance.now() + MOST_MS;
  for (let round = 0; round < ROUNDS; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (performance.now() >= endMs) return;
  }
}

/**
 * Turns of the event loop, each for one piece of work: whoever shares these has to wait for the turns of those
 * who asked before, and between two everything else gets its own.
 */
export function createLoopTurns(): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => {
    last = last.then(comeRound);
    return last;
  };
}
