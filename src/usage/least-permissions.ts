/** Permissions of which any one is enough, the least privileged first. */
export type Alternatives = readonly string[];

/**
 * The least permissions that have one of each of the alternatives. None of them can be left out; and of all such
 * sets it is the one whose members stand nearest to the beginnings of the lists, as `Access` lists the least
 * privileged first. Of those as near it is the smallest, then the first by name: the same for the same lists, in
 * whatever order they come.
 *
 * Nearness comes before number: the smallest set of all would be the one broad permission that opens everything
 * (docs/decisions/0069-strictness-and-use.md). Exact, by trying: an application has a handful of different lists, of
 * which most share their members.
 */
export function leastPermissions(all: readonly Alternatives[]): readonly string[] {
  const lists = distinct(all.filter((list) => list.length > 0));
  let least: Ranked | undefined;
  for (const set of setsWithoutExcess(lists, [], new Set())) {
    const ranked = rank(set, lists);
    if (least === undefined || compare(ranked, least) < 0) least = ranked;
  }
  return least?.names ?? [];
}

/** Each set that has one of each list, and of which nothing can be left out; each once. */
function* setsWithoutExcess(
  lists: readonly Alternatives[],
  chosen: readonly string[],
  passedOver: ReadonlySet<string>,
): Generator<readonly string[]> {
  // Who is needed for no list by itself won't be when there are more.
  if (!chosen.every((each) => isNeeded(each, chosen, lists))) return;
  const open = lists.filter((list) => !list.some((each) => chosen.includes(each)));
  const [first, ...others] = open;
  if (first === undefined) {
    yield chosen;
    return;
  }
  // Where there is no choice there is nothing to be tried.
  const shortest = others.reduce((a, b) => (b.length < a.length ? b : a), first);
  const without = new Set(passedOver);
  for (const each of shortest) {
    if (without.has(each)) continue;
    yield* setsWithoutExcess(lists, [...chosen, each], without);
    without.add(each);
  }
}

function isNeeded(one: string, chosen: readonly string[], lists: readonly Alternatives[]): boolean {
  return lists.some(
    (list) => list.includes(one) && !chosen.some((each) => each !== one && list.includes(each)),
  );
}

interface Ranked {
  readonly names: readonly string[];
  /** How far from the beginnings of all lists its members stand. */
  readonly distance: number;
  readonly text: string;
}

function rank(set: readonly string[], lists: readonly Alternatives[]): Ranked {
  const names = set.toSorted();
  const places = lists.map((list) => list.findIndex((each) => names.includes(each)));
  const distance = places.reduce((sum, place) => sum + place, 0);
  return { names, distance, text: names.join(' ') };
}

function compare(a: Ranked, b: Ranked): number {
  return a.distance - b.distance || a.names.length - b.names.length || (a.text < b.text ? -1 : 1);
}

function distinct(lists: readonly Alternatives[]): readonly Alternatives[] {
  return [...new Map(lists.map((list) => [JSON.stringify(list), list])).values()];
}
