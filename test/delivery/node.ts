import { setTimeout as after } from 'node:timers/promises';
import type { DeliveryTerms } from '../../src/notifications/terms.ts';
import type { FastTime } from './fast-time.ts';
import type { Trusted } from './identity.ts';
import { Life } from './life.ts';

export interface NodeParts {
  /** Of the store that all nodes share. */
  readonly address: string;
  readonly time: FastTime;
  readonly terms: DeliveryTerms;
  readonly trusted: Trusted;
  /** Told when a process is over: what it complained about. */
  readonly onOver: (life: Life) => void;
}

/** One of several servers on a store: a process, and after its death the next one in its place. */
export class Node {
  readonly #parts: NodeParts;
  #life: Life | undefined;
  /** Where it can be reached; undefined while it can't. */
  origin: string | undefined;
  isStalled = false;

  constructor(parts: NodeParts) {
    this.#parts = parts;
  }

  get life(): Life {
    if (this.#life === undefined) throw new Error('nobody lives here');
    return this.#life;
  }

  /** Whether it answers, as far as is known. */
  get isWell(): boolean {
    return this.origin !== undefined && !this.isStalled;
  }

  async start(): Promise<void> {
    const { address, time, terms, trusted } = this.#parts;
    const life = new Life();
    this.#life = life;
    await life.ready;
    this.origin = await life.open({ address, time: time.reading, terms, trusted });
    // It may have been set while it opened.
    this.setTime();
  }

  /** One that isn't open yet is told when it is. */
  setTime(): void {
    if (this.origin !== undefined) this.#life?.setTime(this.#parts.time.reading);
  }

  async kill(): Promise<void> {
    this.origin = undefined;
    const life = this.#life;
    this.#life = undefined;
    if (life === undefined) return;
    await life.kill();
    this.#parts.onOver(life);
  }

  /** It gets no time for so long. */
  async stall(ms: number): Promise<void> {
    const { life } = this;
    this.isStalled = true;
    life.stall();
    await after(ms);
    life.goOn();
    this.isStalled = false;
  }

  /** Ends it in order. */
  async close(): Promise<void> {
    await this.life.close();
    await this.kill();
  }
}
