import type { DocumentStore, Lease } from '../store/store.ts';

/** The partition was left: whoever has it now does the rest. */
export class Left extends Error {
  constructor() {
    super('the partition was left');
    this.name = 'Left';
  }
}

/** A partition whose feeds this server looks after, from its taking to its leaving. */
export class Holding {
  readonly documents: DocumentStore;
  readonly lease: Lease;
  readonly #isHeld: () => boolean;
  #isLeft = false;
  readonly #writing = new Set<Promise<unknown>>();

  /** @param isHeld whether the lease surely holds, at the moment that it is asked */
  constructor(documents: DocumentStore, lease: Lease, isHeld: () => boolean) {
    this.documents = documents;
    this.lease = lease;
    this.#isHeld = isHeld;
  }

  get isLeft(): boolean {
    return this.#isLeft;
  }

  /** @throws Left when it isn't, also for a process that stood still and doesn't know yet */
  mustBeHeld(): void {
    if (this.#isLeft || !this.#isHeld()) throw new Left();
  }

  /** Does what writes; leaving waits for it. @throws Left when it is too late */
  async write<Result>(work: () => Promise<Result>): Promise<Result> {
    this.mustBeHeld();
    const written = work();
    this.#writing.add(written);
    try {
      return await written;
    } finally {
      this.#writing.delete(written);
    }
  }

  /** Resolves when nothing is written any more. */
  async leave(): Promise<void> {
    this.#isLeft = true;
    await Promise.allSettled(this.#writing);
  }
}
