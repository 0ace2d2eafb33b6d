import { nthNumber } from '../random.ts';
import type { Aim } from './aim.ts';
import type { Fault } from './fault.ts';

/** What somebody wants to go wrong: what it is about, what happens, and how often. */
export interface Order {
  readonly aim: Aim;
  readonly fault: Fault;
  /** After so many strikes it is over; null for never. */
  readonly times: number | null;
  /** Above 0; 1 strikes always. */
  readonly probability: number;
  /** Which of those that it is about are struck follows from this alone; null lets the rule's number be it. */
  readonly seed: number | null;
}

/**
 * An order that stands. The nth request that it is about is struck or not by the seed and n alone: in the same
 * order they have the same faults, whatever other rules do and however many are under way at once.
 */
export class Rule {
  /** The rules are numbered from 1. */
  readonly number: number;
  readonly order: Order;
  readonly seed: number;
  #matched: number;
  #struck: number;
  #isEnded: boolean;

  /** @param from one whose counts it begins with */
  constructor(number: number, order: Order, from?: Rule) {
    this.number = number;
    this.order = order;
    this.seed = order.seed ?? number;
    this.#matched = from?.matched ?? 0;
    this.#struck = from?.struck ?? 0;
    this.#isEnded = from === undefined ? false : from.#isEnded;
  }

  /** How many it was about. */
  get matched(): number {
    return this.#matched;
  }

  get struck(): number {
    return this.#struck;
  }

  /** One that stands as this one does now. */
  copy(): Rule {
    return new Rule(this.number, this.order, this);
  }

  /** Whether it strikes nothing any more. */
  get isOver(): boolean {
    const { times } = this.order;
    return this.#isEnded || (times !== null && this.#struck >= times);
  }

  /** Whether it strikes one more that it is about. */
  strike(): boolean {
    if (this.isOver) return false;
    const n = this.#matched++;
    const { probability } = this.order;
    if (probability < 1 && nthNumber(this.seed, n) >= probability) return false;
    this.#struck++;
    return true;
  }

  end(): void {
    this.#isEnded = true;
  }
}
