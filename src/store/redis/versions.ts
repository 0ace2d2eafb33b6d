import { randomBytes } from 'node:crypto';

const RANDOM_BYTES = 4;
const COUNTS = 2 ** 32;

/**
 * What records are known by: eight bytes that no other commit has, four of this process's own and a count. A
 * number that counted on from the last one could be met again after Redis lost its latest writes.
 */
export class Versions {
  #origin = randomBytes(RANDOM_BYTES);
  #count = 0;

  next(): Buffer {
    this.#count = (this.#count + 1) % COUNTS;
    if (this.#count === 0) this.#origin = randomBytes(RANDOM_BYTES);
    const version = Buffer.alloc(RANDOM_BYTES + 4);
    version.set(this.#origin);
    version.writeUInt32BE(this.#count, RANDOM_BYTES);
    return version;
  }
}
