import { type Account, History, type HistoryOptions } from './history.ts';
import { insteadOfTheMachine } from './machine.ts';

/** Lives through the history of a seed. */
export function live(seed: number, options?: HistoryOptions): Promise<Account> {
  return insteadOfTheMachine(async () => new History(seed, options).run());
}

/** Lives through the histories of seeds one after another; up to so many that fail. */
export async function liveAll(firstSeed: number, count: number, mostFailures = 3) {
  const failures: number[] = [];
  const totals = { histories: 0, events: 0, changes: 0, arrived: 0, announced: 0, restarts: 0 };
  await insteadOfTheMachine(async () => {
    for (let seed = firstSeed; seed < firstSeed + count; seed++) {
      const account = await new History(seed).run();
      totals.histories++;
      totals.events += account.events;
      totals.changes += account.changes;
      totals.arrived += account.arrived;
      totals.announced += account.announced;
      totals.restarts += account.restarts;
      if (account.complaints.length > 0) failures.push(seed);
      if (failures.length >= mostFailures) break;
    }
  });
  return { failures, totals };
}

/** Tells of a history that fails, cut off after the first event that makes it fail. */
export async function report(seed: number): Promise<string> {
  let { events } = await live(seed);
  for (let fewer = 0; fewer < events; fewer++) {
    const { complaints } = await live(seed, { mostEvents: fewer });
    if (complaints.length > 0) events = fewer;
  }
  const { complaints, trace } = await live(seed, { mostEvents: events, isTraced: true });
  return [
    `history ${seed}, after ${events} events (SIMULATION_SEED=${seed} SIMULATION_RUNS=1):`,
    ...complaints,
    'what happened, with both clocks:',
    ...trace,
  ].join('\n');
}
