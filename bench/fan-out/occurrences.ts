/** Counts how often a text occurs in a stream of bytes, however the bytes are cut into chunks. */
export class Occurrences {
  readonly #text: Buffer;
  /** The end of what was seen, too short to hold the text. */
  #end: Buffer = Buffer.alloc(0);

  constructor(text: string) {
    this.#text = Buffer.from(text);
  }

  /** How many came with this chunk. The chunk isn't kept, so its memory may be used again. */
  add(chunk: Buffer): number {
    const most = this.#text.length - 1;
    const seam = Buffer.concat([this.#end, chunk.subarray(0, most)]);
    const count = this.#countIn(seam) + this.#countIn(chunk);
    const end = chunk.length >= most ? chunk : Buffer.concat([this.#end, chunk]);
    this.#end = Buffer.from(end.subarray(-most));
    return count;
  }

  #countIn(bytes: Buffer): number {
    let count = 0;
    let at = bytes.indexOf(this.#text);
    for (; at !== -1; at = bytes.indexOf(this.#text, at + this.#text.length)) count++;
    return count;
  }
}
