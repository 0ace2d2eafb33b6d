/** How many are kept; with more the oldest go. */
const MOST_KEPT = 10_000;

/** How long somebody waits who says nothing else, by the machine's clock. */
const PATIENCE_MS = 5000;

interface Waiting<T> {
  resolve(one: T): void;
  reject(error: Error): void;
}

/** What has arrived, in order, and who waits for more. */
export class Arrivals<T> {
  #all: T[] = [];
  /** How many were given to those who waited. */
  #given = 0;
  readonly #waiting = new Set<Waiting<T>>();
  readonly #complaint: string;

  /** @param complaint what is said to somebody who waited in vain */
  constructor(complaint: string) {
    this.#complaint = complaint;
  }

  get all(): readonly T[] {
    return [...this.#all];
  }

  add(one: T): void {
    this.#all.push(one);
    if (this.#all.length > MOST_KEPT) {
      this.#all.shift();
      this.#given = Math.max(0, this.#given - 1);
    }
    this.#give();
  }

  /** The first that nobody was given yet. */
  next(patienceMs = PATIENCE_MS): Promise<T> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(impatience);
        this.#waiting.delete(waiting);
      };
      const waiting: Waiting<T> = {
        resolve(one) {
          leave();
          resolve(one);
        },
        reject(error) {
          leave();
          reject(error);
        },
      };
      const impatience = setTimeout(() => {
        const count = `${this.#all.length} in all, ${this.#given} of them given before`;
        waiting.reject(new Error(`${this.#complaint} in ${patienceMs} ms (${count})`));
      }, patienceMs);
      this.#waiting.add(waiting);
      this.#give();
    });
  }

  clear(): void {
    this.#putBack([], 0);
  }

  /** Marks what there is; what it gives back makes it so again. */
  mark(): () => void {
    const all = [...this.#all];
    const given = this.#given;
    return () => this.#putBack(all, given);
  }

  /** Whoever waits, waits for something of a time that is no more. */
  #putBack(all: readonly T[], given: number): void {
    this.#all = [...all];
    this.#given = given;
    for (const { reject } of [...this.#waiting]) {
      reject(new Error('the inbox was emptied, or put back to what it was'));
    }
  }

  #give(): void {
    for (const waiting of [...this.#waiting]) {
      const one = this.#all[this.#given];
      if (one === undefined) return;
      this.#given++;
      waiting.resolve(one);
    }
  }
}
