import { isAimedAt, type Resolve, type Target } from './aim.ts';
import type { Fault } from './fault.ts';
import { type Order, Rule } from './rule.ts';

/** More don't stand at a time. */
export const MOST_RULES = 1000;

/** The rules that stand, and those that are over, until somebody clears them away. In memory alone. */
export class Rules {
  readonly #resolve: Resolve;
  readonly #rules = new Map<number, Rule>();
  #last = 0;

  constructor(resolve: Resolve) {
    this.#resolve = resolve;
  }

  get isEmpty(): boolean {
    return this.#rules.size === 0;
  }

  /** Undefined when too many stand. One that is over makes room. */
  add(order: Order): Rule | undefined {
    if (this.#rules.size >= MOST_RULES) {
      const over = [...this.#rules.values()].find(({ isOver }) => isOver);
      if (over === undefined) return undefined;
      this.#rules.delete(over.number);
    }
    const rule = new Rule(++this.#last, order);
    this.#rules.set(rule.number, rule);
    return rule;
  }

  /** In the order in which they were ordered. */
  all(): readonly Rule[] {
    return [...this.#rules.values()];
  }

  /** Whether there was one. */
  remove(number: number): boolean {
    return this.#rules.delete(number);
  }

  /** All go, and the numbers begin at 1 again: what is ordered from then on strikes as it did the first time. */
  clear(): void {
    this.#rules.clear();
    this.#last = 0;
  }

  /** Marks how they stand. What it gives back makes it so again, as often as it is called. */
  mark(): () => void {
    const rules = this.all().map((rule) => rule.copy());
    const last = this.#last;
    return () => {
      this.#rules.clear();
      for (const rule of rules) this.#rules.set(rule.number, rule.copy());
      this.#last = last;
    };
  }

  /**
   * The rules that strike a target, in their order. Those after one that isn't taken from here are not asked.
   * @param kinds of faults that can happen to it
   */
  *strike(target: Target, kinds: ReadonlySet<Fault['kind']>): Iterable<Rule> {
    for (const rule of this.#rules.values()) {
      const { aim, fault } = rule.order;
      // An expiry that comes at once is over as soon as it was ordered.
      const isWaiting = fault.kind !== 'expire' || fault.isWhenTouched;
      if (!kinds.has(fault.kind) || !isWaiting || rule.isOver) continue;
      if (isAimedAt(aim, target, this.#resolve) && rule.strike()) yield rule;
    }
  }
}
