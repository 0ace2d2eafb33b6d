/** A number of permits; who finds none waits in line. */
export class Permits {
  #left: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#left = count;
  }

  /** Gives back how to let go of the permit, once. */
  async take(): Promise<() => void> {
    if (this.#left > 0) this.#left--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return () => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#left++;
      else next();
    };
  }
}
