import { MOST_REMARKS } from './bounds.ts';

/** Something about a calendar that its owner may want to know. Never says a word of the calendar itself. */
export interface Remark {
  /** A component and its place, such as `VEVENT at line 120`. */
  readonly what: string;
  readonly why: string;
}

/** Remarks as they come up, the first hundred of them. */
export class Remarks {
  readonly #kept: Remark[] = [];
  #count = 0;

  add(what: string, why: string): void {
    this.#count++;
    if (this.#kept.length < MOST_REMARKS) this.#kept.push({ what, why });
  }

  /** In the order of their coming, with a last one that counts those left out. */
  all(): readonly Remark[] {
    const leftOut = this.#count - this.#kept.length;
    if (leftOut === 0) return this.#kept;
    return [...this.#kept, { what: `${leftOut} more`, why: 'only the first ones are listed' }];
  }
}
