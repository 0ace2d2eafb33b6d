/** A number of permits; who finds none waits in line. There are none before `open`. */
export class Permits {
  readonly #count: number;
  #left = 0;
  #isOpen = false;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    for (let at = 0; at < this.#count; at++) this.#letGo();
  }

  /** Gives back how to let go of the permit, once. */
  async take(): Promise<() => void> {
    if (this.#left > 0) this.#left--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return () => this.#letGo();
  }

  #letGo(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#left++;
    else next();
  }
}
