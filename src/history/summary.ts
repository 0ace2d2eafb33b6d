import type { Change } from '../engine/advance.ts';
import type { Activity, Availability } from '../engine/pair.ts';
import type { Presence } from '../engine/presence.ts';

/** How long a user was in each state between two instants. */
export interface Summary {
  readonly changes: number;
  /** The longest first. */
  readonly availabilities: readonly { readonly availability: Availability; readonly ms: number }[];
  readonly activities: readonly { readonly activity: Activity; readonly ms: number }[];
}

/** Adds up the time in each state, change by change. */
export class Tally {
  readonly #toMs: number;
  readonly #availabilities = new Map<Availability, number>();
  readonly #activities = new Map<Activity, number>();
  #changes = 0;
  /** Up to here it is added up. */
  #atMs: number;
  #isClosed = false;

  constructor(fromMs: number, toMs: number) {
    this.#atMs = fromMs;
    this.#toMs = toMs;
  }

  /** Whether it is known up to the end what was so. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The next change between the two. What it changed is what was so until then. */
  add({ atMs, before }: Change): void {
    if (this.#isClosed) return;
    this.#until(atMs, before);
    this.#changes++;
  }

  /** The first change after the end. */
  close({ before }: Pick<Change, 'before'>): void {
    if (!this.#isClosed) this.#until(this.#toMs, before);
    this.#isClosed = true;
  }

  /** What comes of it; without a change after the end, `present` was so until then. */
  end(present: Presence): Summary {
    this.close({ before: present });
    return {
      changes: this.#changes,
      availabilities: longestFirst(this.#availabilities).map(([availability, ms]) => ({
        availability,
        ms,
      })),
      activities: longestFirst(this.#activities).map(([activity, ms]) => ({ activity, ms })),
    };
  }

  #until(atMs: number, { availability, activity }: Presence): void {
    // Less than nothing where the clock was set back.
    const ms = atMs - this.#atMs;
    if (ms <= 0) return;
    this.#availabilities.set(availability, (this.#availabilities.get(availability) ?? 0) + ms);
    this.#activities.set(activity, (this.#activities.get(activity) ?? 0) + ms);
    this.#atMs = atMs;
  }
}

function longestFirst<State>(times: ReadonlyMap<State, number>): [State, number][] {
  return [...times].sort(([, a], [, b]) => b - a);
}
