/** Lists of so many different users each, drawn at random, but the same in each run. */
export function draw(
  users: readonly string[],
  { each, times }: { readonly each: number; readonly times: number },
): string[][] {
  const random = pseudoRandom(1);
  return Array.from({ length: times }, () => {
    const drawn = new Set<string>();
    while (drawn.size < each) drawn.add(users[Math.floor(random() * users.length)] ?? '');
    return [...drawn];
  });
}

/** Numbers from 0 to 1, the same in each run (mulberry32). */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
