import type { Topology, View } from './topology.ts';

/** How often it is seen to that all is in place. */
const TICK_MS = 250;

/** How soon after a search another one may begin. */
const PAUSE_MS = 100;

export interface ServerSearchParts {
  readonly topology: Topology;
  /** Told who takes writes now, after each search that found out. */
  onView(view: View): void;
  /** Called at each tick, before it is seen whether to search. */
  onTick(): void;
  /** Whether one of the servers that are known is away, or so silent that another may have its place. */
  isTroubled(): boolean;
}

/** Finds out who takes writes: when something seems wrong, and as often as the topology asks for it. */
export class ServerSearch {
  readonly #parts: ServerSearchParts;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #isSuspect = false;
  #isClosed = false;

  constructor(parts: ServerSearchParts) {
    this.#parts = parts;
  }

  /** Searches now. @throws Error with a reason for people, when nobody says */
  async look(): Promise<void> {
    const { topology, onView } = this.#parts;
    this.#lookedMs = performance.now();
    this.#isSuspect = false;
    const view = await topology.look();
    this.#lookedMs = performance.now();
    if (!this.#isClosed) onView(view);
  }

  /** Searches from now on whenever it is time to. */
  start(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** Another server may have taken the place of one. */
  suspect(): void {
    this.#isSuspect = true;
    if (performance.now() - this.#lookedMs > PAUSE_MS) this.#lookAgain();
  }

  /** Searches no more, and lets go of whom it asked. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#parts.topology.close();
    await this.#looking;
  }

  #tick(): void {
    const { topology, onTick, isTroubled } = this.#parts;
    onTick();
    const isDue = performance.now() - this.#lookedMs >= topology.everyMs;
    if (isDue || this.#isSuspect || isTroubled()) this.#lookAgain();
  }

  #lookAgain(): void {
    if (this.#isClosed) return;
    this.#looking ??= this.look()
      .catch(() => {
        // The servers that are known go on; the next tick tries again.
      })
      .finally(() => {
        this.#looking = undefined;
      });
  }
}
