/**
 * What was told to a stream and isn't written yet. Streams to which the same was told share one of
 * these, so that its bytes are made once for all of them.
 */
export class Pending {
  readonly #before: Pending | undefined;
  readonly #text: string;
  #next: Pending | undefined;
  #bytes: Buffer | undefined;

  constructor(before?: Pending, text = '') {
    this.#before = before;
    this.#text = text;
  }

  /** With one more event. Streams are told of one event after another, so the last answer is enough. */
  plus(text: string): Pending {
    if (this.#next === undefined || this.#next.#text !== text) this.#next = new Pending(this, text);
    return this.#next;
  }

  get bytes(): Buffer {
    if (this.#bytes === undefined) {
      const texts: string[] = [];
      for (let at: Pending | undefined = this; at !== undefined; at = at.#before)
        texts.push(at.#text);
      this.#bytes = Buffer.from(texts.reverse().join(''));
    }
    return this.#bytes;
  }
}
