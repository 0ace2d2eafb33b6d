import type { State } from './model.ts';

/** What may be true at one place of a history. */
export interface Place {
  readonly state: State;
  /** Of the writes under way that will end, those that have happened: a bit each. */
  readonly done: number;
  /** Of the unknown ones. */
  readonly used: bigint;
  /** How many sightings have been had. */
  readonly seen: number;
  /** Something else was shown since the last sighting. */
  readonly changed: boolean;
}

export function keyOfPlace(place: Place): string {
  return `${keyButUsed(place)} ${place.used}`;
}

function keyButUsed({ state, done, seen, changed }: Place): string {
  return `${state.id} ${done} ${seen} ${changed}`;
}

/** Without the places from which no more can come than from another. */
export function fewest(places: readonly Place[]): Place[] {
  const kept = new Map<string, Place[]>();
  for (const place of places) {
    const key = keyButUsed(place);
    const others = kept.get(key) ?? [];
    if (others.some(({ used }) => (used & place.used) === used)) continue;
    const left = others.filter(({ used }) => (used & place.used) !== place.used);
    kept.set(key, [...left, place]);
  }
  return [...kept.values()].flat();
}
