export interface SlotLimits {
  readonly total: number;
  readonly perHost: number;
}

/**
 * Bounds how many requests are under way. Who has to wait is served in turn by host, so that one slow
 * host keeps only itself waiting. (Node's agents queue as well, but at their total limit a queue of one
 * host can hold up those of others.)
 */
export class Slots {
  readonly #limits: SlotLimits;
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #taken = new Map<string, number>();
  #total = 0;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  /** Calls `start` once there is a slot, perhaps at once. The function given back leaves it or the queue. */
  take(host: string, start: () => void): () => void {
    let state: 'waiting' | 'taken' | 'left' = 'waiting';
    const begin = () => {
      state = 'taken';
      start();
    };
    const queue = this.#waiting.get(host) ?? new Set();
    this.#waiting.set(host, queue.add(begin));
    this.#pump();
    return () => {
      if (state === 'waiting') this.#dequeue(host, begin);
      if (state === 'taken') this.#giveBack(host);
      state = 'left';
    };
  }

  #pump(): void {
    // Hosts come in the order of the map; one that was served goes to the end.
    for (const [host, queue] of this.#waiting) {
      if (this.#total >= this.#limits.total) return;
      const taken = this.#taken.get(host) ?? 0;
      const [next] = queue;
      if (next === undefined || taken >= this.#limits.perHost) continue;
      this.#total += 1;
      this.#taken.set(host, taken + 1);
      this.#dequeue(host, next);
      if (queue.size > 0) {
        this.#waiting.delete(host);
        this.#waiting.set(host, queue);
      }
      next();
    }
  }

  #dequeue(host: string, begin: () => void): void {
    const queue = this.#waiting.get(host);
    queue?.delete(begin);
    if (queue?.size === 0) this.#waiting.delete(host);
  }

  #giveBack(host: string): void {
    this.#total -= 1;
    const left = (this.#taken.get(host) ?? 0) - 1;
    if (left > 0) this.#taken.set(host, left);
    else this.#taken.delete(host);
    this.#pump();
  }
}
