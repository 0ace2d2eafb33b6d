import type { Sent } from './receiver.ts';

/** A signal needs a moment to arrive. */
const SLACK_MS = 50;

/** When which processes got no time, by the machine's clock. */
export class Stalls {
  readonly #all: { readonly life: string; readonly fromMs: number; toMs: number }[] = [];

  get count(): number {
    return this.#all.length;
  }

  /** @returns what says that it is over */
  begin(life: string): () => void {
    const stall = { life, fromMs: Date.now(), toMs: Number.POSITIVE_INFINITY };
    this.#all.push(stall);
    return () => {
      stall.toMs = Date.now();
    };
  }

  has(life: string): boolean {
    return this.#all.some((stall) => stall.life === life);
  }

  /** Whether it was let go before its sender stalled, and was here only after that. */
  isLate({ life, sentMs, hereMs }: Sent): boolean {
    return this.#all.some(
      (stall) => stall.life === life && sentMs <= stall.fromMs + SLACK_MS && hereMs >= stall.toMs,
    );
  }
}
