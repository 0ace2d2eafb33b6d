import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Random } from '../../crash/random.ts';
import { heapInUse } from './heap.ts';
import { mutated } from './mutate.ts';
import { type Outcome, readAndExpand } from './read-and-expand.ts';
import { feed } from './told.ts';
import { tookMs } from './took.ts';

/**
 * How many, and where they begin: mutation n has the seed ICS_SEED + n, and is replayed alone by its seed
 * and ICS_MUTATIONS=1.
 */
const MUTATIONS = Number(process.env.ICS_MUTATIONS ?? 2500);
const SEED = Number(process.env.ICS_SEED ?? Math.floor(Math.random() * 2 ** 30));

/** Reading and expanding one of them, in the best of four attempts. */
const LONGEST_MS = 50;
/** They are no larger than feeds, so what may stay of them is what caches of zones keep. */
const MOST_GROWTH_BYTES = 32 * 2 ** 20;

const FEEDS = readdirSync(new URL('feeds/', import.meta.url))
  .sort()
  .map((name) => feed(name.replace('.ics', '')));

/** What becomes of one mutation: at the end of March, and where else the calendar has something. */
function attempt(seed: number): Outcome {
  const random = new Random(seed);
  const text = mutated(FEEDS, random);
  const place = random.next();
  return readAndExpand(text, (beginnings) => [
    Date.UTC(2026, 2, 28),
    ...beginnings.slice(Math.floor(place * beginnings.length)).slice(0, 1),
  ]);
}

/** The outcome, and how long it takes: slow is what is slow each time. */
function timed(seed: number) {
  let outcome: Outcome | undefined;
  let leastMs = Number.POSITIVE_INFINITY;
  for (let times = 4; times > 0 && leastMs > LONGEST_MS; times--) {
    const ms = tookMs(() => {
      outcome = attempt(seed);
    });
    leastMs = Math.min(leastMs, ms);
  }
  return { outcome, leastMs };
}

const timeout = 60_000 + MUTATIONS * 20;

test(`${MUTATIONS} mutations of feeds: each is refused or read, soon, and leaves nothing`, {
  timeout,
}, () => {
  console.info(`ICS_SEED=${SEED} ICS_MUTATIONS=${MUTATIONS}`);
  const failures: string[] = [];
  const fail = (seed: number, why: string) =>
    failures.push(`ICS_SEED=${seed} ICS_MUTATIONS=1: ${why}`);
  const counts = { refused: 0, effort: 0, spans: 0 };
  const slowest = { ms: 0, seed: SEED };
  const warm = SEED + Math.min(1000, Math.floor(MUTATIONS / 3));
  let heapBefore = 0;

  for (let seed = SEED; seed < SEED + MUTATIONS && failures.length < 20; seed++) {
    if (seed === warm) heapBefore = heapInUse();
    try {
      const { outcome, leastMs } = timed(seed);
      if (leastMs > LONGEST_MS) fail(seed, `takes ${leastMs.toFixed(0)} ms`);
      if (leastMs > slowest.ms) Object.assign(slowest, { ms: leastMs, seed });
      if (outcome && 'spans' in outcome) counts.spans += outcome.spans;
      else if (outcome?.refused === 'too much effort') counts.effort++;
      else counts.refused++;
    } catch (error) {
      fail(seed, error instanceof Error ? `${error.stack}` : String(error));
    }
  }
  const grownBytes = heapInUse() - heapBefore;

  console.info(
    `${counts.refused} refused as no calendars, ${counts.effort} for the effort, ${counts.spans} spans;` +
      ` the slowest took ${slowest.ms.toFixed(0)} ms (ICS_SEED=${slowest.seed});` +
      ` the heap grew by ${(grownBytes / 2 ** 20).toFixed(1)} MiB`,
  );
  expect(failures).toEqual([]);
  expect(grownBytes).toBeLessThan(MOST_GROWTH_BYTES);
  // One of them need not leave anything to read, many do.
  if (MUTATIONS >= 100) expect(counts.spans).toBeGreaterThan(MUTATIONS / 10);
});
