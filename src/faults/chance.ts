/**
 * The nth number of a seed, at least 0 and below 1. Each is worked out from its number alone, so that what
 * happens elsewhere in the meantime changes nothing: two rounds of mixing, multiplication and shifts in turn.
 */
export function chance(seed: number, n: number): number {
  return mixed(mixed(seed) + n) / 2 ** 32;
}

/** Spreads the difference of one bit over all 32. */
function mixed(value: number): number {
  let bits = (value + 0x9e3779b9) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return (bits ^ (bits >>> 15)) >>> 0;
}
