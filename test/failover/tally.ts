import type { Counts } from './check.ts';
import type { Round } from './round.ts';

/** What the failovers of one mode and fault added up to. */
export class Tally {
  readonly name: string;
  readonly #counts: Counts[] = [];
  readonly #gapsMs: number[] = [];
  #switches = 0;

  constructor(name: string) {
    this.name = name;
  }

  add(counts: Counts, { gapMs, switches }: Pick<Round, 'gapMs' | 'switches'>): void {
    this.#counts.push(counts);
    this.#gapsMs.push(gapMs);
    this.#switches += switches;
  }

  sum(name: keyof Counts): number {
    return this.#counts.reduce((sum, counts) => sum + counts[name], 0);
  }

  get failovers(): number {
    return this.#counts.length;
  }

  /** More of them than failovers: sentinels took a good primary for gone. */
  get switches(): number {
    return this.#switches;
  }

  /** Of the longest times without an acknowledged write, the one in the middle, and the longest. */
  get gapsMs(): { readonly median: number; readonly most: number } {
    const sorted = this.#gapsMs.toSorted((a, b) => a - b);
    return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, most: sorted.at(-1) ?? 0 };
  }
}

const HEAD = [
  'mode, fault',
  'faults (failovers)',
  'acknowledged',
  'lost',
  'unknown (kept)',
  'refused',
  'presences read',
  'seen but lost',
  'stale',
  'went back',
  'numbers repeated',
  'gap s, median (max)',
];

/** As docs/durability.md has it. */
export function tableOf(tallies: readonly Tally[]): string {
  const rows = tallies.map((tally) => {
    const count = (name: keyof Counts) => tally.sum(name).toLocaleString('en');
    const { median, most } = tally.gapsMs;
    return [
      ...[
        tally.name,
        `${tally.failovers} (${tally.switches})`,
        count('acknowledged'),
        count('lost'),
      ],
      `${count('unknownMessages')} (${count('keptMessages')})`,
      ...[count('refused'), count('reads'), count('seenButLost')],
      ...[count('stale'), count('wentBack'), count('repeated')],
      `${(median / 1000).toFixed(1)} (${(most / 1000).toFixed(1)})`,
    ];
  });
  const lines = [HEAD, HEAD.map((_, at) => (at === 0 ? '---' : '---:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
