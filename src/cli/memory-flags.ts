import { systemClock } from '../clock.ts';
import { parseDateTimeOffset } from '../graph/date-time-offset.ts';
import { GraphError } from '../graph/error.ts';
import { type ClockState, REAL_TIME } from '../time/virtual-clock.ts';
import { UsageError } from './command.ts';

/** How a server begins that keeps nothing. */
export interface MemoryBeginning {
  readonly clock: ClockState;
  readonly seed: number;
}

export interface MemoryFlags {
  readonly memory: boolean;
  readonly now: string | undefined;
  readonly frozen: boolean;
  readonly seed: string | undefined;
}

/** Undefined for a server that keeps what it is told: its clock goes on as it stood. @throws UsageError */
export function memoryFlags({
  memory,
  now,
  frozen,
  seed,
}: MemoryFlags): MemoryBeginning | undefined {
  if (memory) return { clock: clockAt(now, frozen), seed: seedOf(seed) };
  if (now === undefined && !frozen && seed === undefined) return undefined;
  throw new UsageError(
    '--now, --frozen and --seed go with --memory: what is kept is of its own time; /porchlight/clock moves that',
  );
}

function clockAt(now: string | undefined, isFrozen: boolean): ClockState {
  const realMs = systemClock.nowMs();
  const atMs = now === undefined ? realMs : instantIn(now);
  if (isFrozen) return { kind: 'frozen', atMs };
  return now === undefined ? REAL_TIME : { kind: 'running', aheadMs: atMs - realMs };
}

function instantIn(text: string): number {
  try {
    return parseDateTimeOffset(text, 'now');
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    throw new UsageError(`--now must be an instant such as 2026-11-21T09:00:00Z, not '${text}'`);
  }
}

function seedOf(text = '1'): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`--seed must be a number of up to 9 digits, not '${text}'`);
}
