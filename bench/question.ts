/** What one file of the bench finds out. */
export interface Question {
  readonly name: string;
  readonly title: string;
  run(settings: Settings): Promise<Row[]>;
}

/** A large store on disk, built when it is first asked for. */
export interface LargeStore {
  readonly path: string;
  readonly users: number;
  readonly builtInMs: number;
}

export interface Settings {
  readonly connections: number;
  readonly rounds: number;
  readonly durationMs: number;
  /** Short and small: shows that the bench still runs, and measures nothing. */
  readonly quick: boolean;
  /** Servers leave their CPU profiles in this folder. */
  readonly cpuProfiles: string | undefined;
  /** A million users × 2 sessions on disk, the same for all questions of a run. */
  millionUsers(): Promise<LargeStore>;
  /** A line about what is going on. */
  note(line: string): void;
}

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly result: string;
  readonly aim: string;
  /** Undefined where nothing was measured, or no aim was set. */
  readonly met: boolean | undefined;
  /** The figures behind the result. */
  readonly figures: string;
}

/** A line for what can't be measured here. */
export function skipped(what: string, why: string): Row {
  return { what, result: `skipped: ${why}`, aim: '–', met: undefined, figures: '–' };
}

/** `34,567`, or with decimals for small ones. */
export function figure(value: number, decimals = 0): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}
