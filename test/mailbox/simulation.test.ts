import { expect, test } from 'vitest';
import { Simulation } from './simulated.ts';

/** In full size: MAILBOX_RUNS=20000. One run again: MAILBOX_SEED=17 MAILBOX_RUNS=1. */
const RUNS = Number(process.env.MAILBOX_RUNS ?? 500);
const FIRST_SEED = Number(process.env.MAILBOX_SEED ?? Date.now() % 1_000_000);

test('presence says what the documents say in the end, whoever writes, fails and dies when', async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
    const simulation = new Simulation(seed);
    const complaints = await simulation.run();
    const message = `MAILBOX_SEED=${seed}\n${simulation.trace.join('\n')}`;
    expect(complaints, message).toEqual([]);
  }
}, 600_000);
