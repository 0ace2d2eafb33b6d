import type { Letter } from './letter.ts';

/** The lifecycle notifications that wait for one endpoint: of each kind and subscription one. */
export class Letterbox {
  readonly #letters = new Map<string, Letter>();
  #underway: readonly Letter[] = [];

  get isEmpty(): boolean {
    return this.#letters.size === 0;
  }

  all(): readonly Letter[] {
    return [...this.#letters.values()];
  }

  post(letter: Letter): void {
    this.#letters.set(letter.id, letter);
  }

  /** Whether this letter is still to be sent: one that is under way may have arrived already. */
  isWaiting(id: string): boolean {
    const letter = this.#letters.get(id);
    return letter !== undefined && !this.#underway.includes(letter);
  }

  withdraw(letter: Letter): void {
    this.#letters.delete(letter.id);
  }

  /** The first of them, to be sent now; `arrived` or `returned` follows. */
  take(limit: number): readonly Letter[] {
    this.#underway = this.all().slice(0, limit);
    return this.#underway;
  }

  /** Forgets what was under way; gives back which. One posted meanwhile under the same id is another, and stays. */
  arrived(): readonly Letter[] {
    const arrived = this.#underway.filter((letter) => this.#letters.get(letter.id) === letter);
    for (const letter of arrived) this.#letters.delete(letter.id);
    this.#underway = [];
    return arrived;
  }

  returned(): void {
    this.#underway = [];
  }
}
