import { checkWaiting } from './backlog.ts';

/** One call that waits. */
interface Call<Group> {
  /** Within the transaction: adds to the group what it asks for. */
  readonly join: (group: Group) => void;
  readonly kept: () => void;
  readonly lost: (reason: Error) => void;
  /** Of the texts of documents. */
  readonly characters: number;
  /** What joining threw; it fails this call alone. */
  fault?: unknown;
}

/** Calls that wait for a transaction to take them, and those that one has taken. */
export class Calls<Group> {
  #waiting: Call<Group>[] = [];
  #flying: readonly Call<Group>[] | undefined;
  #characters = 0;

  /** How long the texts of documents are that they are to write. */
  get characters(): number {
    return this.#characters;
  }

  /** Whether some wait that no transaction has taken yet. */
  get areWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether a transaction was asked for, and hasn't ended. */
  get areFlying(): boolean {
    return this.#flying !== undefined;
  }

  /**
   * Resolves with what `take` gave back when it was called within a transaction, once that is committed.
   * @param admit throws when nothing can be kept now
   * @throws StoreUnavailable
   */
  add<Result>(
    take: (group: Group) => Result,
    characters: number,
    admit: () => void,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      checkWaiting(this.#waiting.length + (this.#flying?.length ?? 0));
      admit();
      let result: Result;
      const call: Call<Group> = {
        join(group) {
          result = take(group);
        },
        kept: () => ('fault' in call ? reject(call.fault) : resolve(result)),
        lost: reject,
        characters,
      };
      this.#characters += characters;
      this.#waiting.push(call);
    });
  }

  /** A transaction is asked for; who comes until it begins is in it as well. */
  ask(): void {
    this.#flying = [];
  }

  /** The transaction has begun: `limit` at most join the group. */
  join(group: Group, limit: number): void {
    this.#flying = this.#waiting.splice(0, limit);
    for (const call of this.#flying) {
      try {
        call.join(group);
      } catch (error) {
        call.fault = error;
      }
    }
  }

  /** It was committed. What is given back tells those who were in it. */
  land(): () => void {
    const calls = this.#leave();
    return () => {
      for (const { kept } of calls) kept();
    };
  }

  /** It failed, and all fail with it, those who only wait too. */
  lose(reason: Error): void {
    const calls = [...this.#leave(), ...this.#waiting.splice(0)];
    this.#characters = 0;
    for (const { lost } of calls) lost(reason);
  }

  #leave(): readonly Call<Group>[] {
    const calls = this.#flying ?? [];
    this.#flying = undefined;
    for (const { characters } of calls) this.#characters -= characters;
    return calls;
  }
}
