import { advance, NEW_RECORD, type UserRecord } from '../../src/engine/advance.ts';
import type { PresenceCommand } from '../../src/engine/command.ts';
import { AVAILABLE, AWAY, BUSY, IN_A_CALL, type Pair, PRESENTING } from '../../src/engine/pair.ts';
import { content } from '../crash/numbers.ts';
import type { Random } from '../crash/random.ts';
import type { Operation } from './operation.ts';
import { clear, prefer, preferNothing, read, say, set, write } from './script.ts';

const PAIRS: readonly Pair[] = [AVAILABLE, AWAY, BUSY, IN_A_CALL, PRESENTING];
const SESSIONS = ['a', 'b', 'c'];
const EPOCH_MS = 1_800_000_000_000;

export interface Simulated {
  readonly clients: number;
  readonly operations: number;
  /** How many writes get no answer, and how many reads are flagged as old. */
  readonly unknownChance: number;
  readonly staleChance: number;
}

interface Plan {
  readonly fromMs: number;
  readonly toMs: number;
  /** When it happens; undefined for never. */
  readonly atMs: number | undefined;
  readonly command: PresenceCommand | undefined;
  readonly isUnknown: boolean;
  readonly staleMs: number | undefined;
}

/** What the clients of one user see of a machine that does one thing at a time. */
export function simulate(random: Random, how: Simulated): Operation[] {
  const plans = Array.from({ length: how.clients }, () => plansOfClient(random, how)).flat();
  const happening = plans
    .filter((plan) => plan.atMs !== undefined)
    .sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0));
  const past: { readonly atMs: number; readonly record: UserRecord }[] = [
    { atMs: Number.NEGATIVE_INFINITY, record: NEW_RECORD },
  ];
  const answers = new Map<Plan, Operation>();
  for (const plan of happening) {
    const { atMs = 0, fromMs, toMs, command, isUnknown, staleMs } = plan;
    const now = past.at(-1)?.record ?? NEW_RECORD;
    if (command === undefined) {
      const shown = past.findLast((each) => each.atMs <= atMs - (staleMs ?? 0))?.record ?? now;
      answers.set(plan, read(shown.number, content(shown.presence), fromMs, toMs, staleMs));
    } else {
      const { record, refusal } = advance(now, EPOCH_MS + Math.floor(atMs), command);
      past.push({ atMs, record });
      const outcome = isUnknown ? 'unknown' : refusal === undefined ? 'ok' : 'not found';
      answers.set(plan, write(command, fromMs, toMs, outcome));
    }
  }
  return plans.flatMap((plan) => {
    const answer = answers.get(plan);
    if (answer !== undefined) return [answer];
    const { command, fromMs, toMs } = plan;
    return command === undefined ? [] : [write(command, fromMs, toMs, 'unknown')];
  });
}

let messages = 0;

function plansOfClient(random: Random, how: Simulated): Plan[] {
  let nowMs = random.next() * 5;
  return Array.from({ length: Math.ceil(how.operations / how.clients) }, () => {
    const fromMs = nowMs + random.next() * 4;
    const toMs = fromMs + random.next() ** 2 * 20;
    nowMs = toMs;
    const isRead = random.chance(0.4);
    const isUnknown = !isRead && random.chance(how.unknownChance);
    const staleMs = isRead && random.chance(how.staleChance) ? random.between(1, 50) : undefined;
    const within = fromMs + random.next() * (toMs - fromMs);
    const late = random.chance(0.3) ? undefined : fromMs + random.next() * 200;
    return {
      fromMs,
      toMs,
      atMs: isUnknown ? late : within,
      command: isRead ? undefined : anyCommand(random),
      isUnknown,
      staleMs,
    };
  });
}

function anyCommand(random: Random): PresenceCommand {
  const which = random.next();
  if (which < 0.4) return set(random.pick(SESSIONS), random.pick(PAIRS));
  if (which < 0.6) return clear(random.pick(SESSIONS));
  if (which < 0.7) return prefer(random.pick(PAIRS));
  if (which < 0.8) return preferNothing;
  return say(which < 0.85 ? '' : `message ${++messages}`);
}
