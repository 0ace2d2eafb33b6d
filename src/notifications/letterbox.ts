import type { Letter } from './letter.ts';

/** The lifecycle notifications that wait for one endpoint: of each kind and subscription one. */
export class Letterbox {
  readonly #letters = new Map<string, Letter>();
  #underway: readonly Letter[] = [];

  get isEmpty(): boolean {
    return this.#letters.size === 0;
  }

  post(letter: Letter): void {
    this.#letters.set(letter.id, letter);
  }

  /** Whether this letter is being sent now, and may have arrived already. */
  isUnderWay(letter: Letter): boolean {
    return this.#underway.includes(letter);
  }

  withdraw(letter: Letter): void {
    if (this.#letters.get(letter.id) === letter) this.#letters.delete(letter.id);
  }

  /** The first of them, to be sent now; `arrived` or `returned` follows. */
  take(limit: number): readonly Letter[] {
    this.#underway = [...this.#letters.values()].slice(0, limit);
    return this.#underway;
  }

  /** Forgets what was under way. One posted meanwhile under the same id is another, and stays. */
  arrived(): void {
    for (const letter of this.#underway) this.withdraw(letter);
    this.#underway = [];
  }

  returned(): void {
    this.#underway = [];
  }
}
