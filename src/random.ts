import { randomUUID } from 'node:crypto';

/**
 * A number of at least 0 and below 1. What it is drawn for has a name, so that where chance is to be repeatable the
 * same things get the same numbers, in whatever order they come to ask.
 */
export type Random = (of: string) => number;

/** Where chance comes from. */
export interface Randomness {
  readonly random: Random;
  /** A GUID that nobody has. */
  readonly uuid: () => string;
}

/** The machine's. */
export const systemRandomness: Randomness = {
  random: () => Math.random(),
  uuid: randomUUID,
};

/** Of one seed always the same: each name has its own numbers, and GUIDs have theirs. */
export class SeededRandomness implements Randomness {
  readonly #seed: number;
  /** How many were drawn of each name. */
  #drawn: Map<string, number>;

  /** @param drawn where another one of this seed was: `drawn()` of it */
  constructor(seed: number, drawn: ReadonlyMap<string, number> = new Map()) {
    this.#seed = seed;
    this.#drawn = new Map(drawn);
  }

  readonly random: Random = (of) => this.#draw(of) / 2 ** 32;

  readonly uuid = (): string => {
    const words = Array.from({ length: 4 }, () => this.#draw('uuid').toString(16).padStart(8, '0'));
    const hex = words.join('');
    // Version 4 and its variant (RFC 9562), though chance had no hand in it.
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `8${hex.slice(17, 20)}`,
      hex.slice(20),
    ].join('-');
  };

  /** How far it is. */
  drawn(): ReadonlyMap<string, number> {
    return new Map(this.#drawn);
  }

  #draw(of: string): number {
    const count = this.#drawn.get(of) ?? 0;
    this.#drawn.set(of, count + 1);
    let hash = mixed(this.#seed);
    for (let at = 0; at < of.length; at++) hash = mixed(hash ^ of.charCodeAt(at));
    return mixed(hash + count);
  }
}

/**
 * The nth number of a seed, at least 0 and below 1. It follows from the two alone, so that what happens elsewhere
 * in the meantime changes nothing.
 */
export function nthNumber(seed: number, n: number): number {
  return mixed(mixed(seed) + n) / 2 ** 32;
}

/** Spreads the difference of one bit over all 32: multiplication and shifts in turn. */
function mixed(word: number): number {
  let bits = (word + 0x9e3779b9) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return (bits ^ (bits >>> 15)) >>> 0;
}
