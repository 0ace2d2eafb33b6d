/**
 * Which member should do the work of which partition: its name, by partition. Every member of the same
 * list comes to the same, in whatever order it has the list. Each has floor(partitions / members) of
 * them or one more.
 *
 * Each pair of member and partition has a score that follows from the two alone. The pairs get their wish,
 * the greatest score first, while the member has room. So a partition whose wish was granted keeps its
 * member, whoever else comes or goes. Without the bound exactly those move that must. With it some more do,
 * since they stand where there happened to be room; test/sharing/assignment.test.ts measures how many.
 *
 * Room is the floor for everybody, and one more for the first who want it. With the ceiling for everybody,
 * which bounds just as well, 100 servers that become 99 would move nine times what they must: the ceiling
 * goes from 10 to 11, and there is room everywhere at once.
 *
 * Takes 15 ms for 1,000 partitions and 100 members: keep the outcome while the list stays the same.
 */
export function assignment(members: readonly string[], partitions: number): readonly string[] {
  const names = [...new Set(members)].sort();
  if (names.length === 0) return [];
  const room = Math.floor(partitions / names.length);
  let extra = partitions % names.length;
  const load = new Int32Array(names.length);
  const assigned = new Array<string>(partitions);
  const isAssigned = new Uint8Array(partitions);
  for (const pair of wishes(names, partitions)) {
    const member = Math.floor(pair / partitions);
    const partition = pair % partitions;
    if (isAssigned[partition] === 1) continue;
    const has = load[member] ?? 0;
    if (has > room || (has === room && extra === 0)) continue;
    if (has === room) extra--;
    load[member] = has + 1;
    isAssigned[partition] = 1;
    assigned[partition] = names[member] as string;
  }
  return assigned;
}

/** All pairs, as member * partitions + partition, the greatest score first. */
function* wishes(names: readonly string[], partitions: number): Generator<number> {
  const pairs = names.length * partitions;
  // Score and pair in one number, as numbers sort ten times as fast as pairs do.
  const scores = Math.min(2 ** 32, Math.floor(2 ** 53 / pairs));
  const spread = Array.from({ length: partitions }, (_, partition) =>
    mixed(partition + 0x9e3779b9),
  );
  const keys = new Float64Array(pairs);
  for (const [member, name] of names.entries()) {
    const seed = hashOf(name);
    for (let partition = 0; partition < partitions; partition++) {
      const score = Math.floor((mixed(seed ^ (spread[partition] ?? 0)) / 2 ** 32) * scores);
      const pair = member * partitions + partition;
      keys[pair] = score * pairs + pair;
    }
  }
  keys.sort();
  for (let at = pairs - 1; at >= 0; at--) yield (keys[at] ?? 0) % pairs;
}

/** FNV-1a over the name's UTF-16 code units, mixed: names that differ in one digit are far apart. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) {
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  }
  return mixed(hash);
}

/** MurmurHash3's last step: each bit of the outcome depends on each bit of the number. */
function mixed(number: number): number {
  let hash = number | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
