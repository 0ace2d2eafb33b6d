/**
 * What the expansion of one event may take: 5 to 20 ms, whatever its rule (a step is 40 to 200 ns). Enough for
 * an hourly series over a year, or a monthly one that counts its occurrences since 1760.
 */
export const EVENT_STEPS = 100_000;

/**
 * What a whole calendar may take: half a second. 10,000 weekly series over two months take a third of it, as many
 * on each working day nearly all.
 */
export const CALENDAR_STEPS = 5_000_000;

/** An expansion would take more steps than it may. The message says of what. */
export class TooMuchEffort extends Error {
  constructor(what: string, steps: number) {
    super(`${what} takes more than ${steps} steps to expand.`);
    this.name = 'TooMuchEffort';
  }
}

/**
 * How many steps an expansion may still take. A step is about the work of looking at one day; whoever loops
 * over what a calendar says spends some on each turn, so that no calendar, however hostile, takes longer.
 */
export class Effort {
  readonly #what: string;
  readonly #steps: number;
  readonly #whole: Effort | null;
  #left: number;

  /**
   * @param what whose effort it is, for the message
   * @param whole of which this is a part: what is spent here is spent there too
   */
  constructor(what: string, steps: number, whole: Effort | null = null) {
    this.#what = what;
    this.#steps = steps;
    this.#whole = whole;
    this.#left = steps;
  }

  static forCalendar(): Effort {
    return new Effort('The calendar', CALENDAR_STEPS);
  }

  /** @param id of the event, which the message names */
  static forEvent(id: string, whole: Effort | null = null): Effort {
    return new Effort(`The event '${id.slice(0, 100)}'`, EVENT_STEPS, whole);
  }

  get left(): number {
    return this.#left;
  }

  /** @throws TooMuchEffort */
  spend(steps = 1): void {
    this.#whole?.spend(steps);
    this.#left -= steps;
    if (this.#left < 0) throw new TooMuchEffort(this.#what, this.#steps);
  }
}
