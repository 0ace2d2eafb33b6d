import { type Event, eventsOf } from './event.ts';
import { asks, Model, type State } from './model.ts';
import type { Operation, Write } from './operation.ts';
import { fewest, keyOfPlace, type Place } from './place.ts';
import { type Sighting, sightingsOf } from './sighting.ts';
import { type Candidate, isLeft, UnderWay } from './under-way.ts';

/**
 * Looks for an order of one user's operations that the model could have gone through, each of them at an
 * instant between its beginning and its end (Wing and Gong), no sooner than an end asks for it (Lowe's
 * just-in-time linearization).
 *
 * It goes through the history once, with all that may be true at that place (`Place`). When an operation ends,
 * each place is led on through any of the writes under way until that operation has happened. So the work
 * grows with the length of the history, and for each end with 2^(writes of this user under way) at most.
 *
 * Sightings come in one order, that of their numbers, so how many have been had says which.
 *
 * Writes of unknown outcome stay under way for ever. What keeps them from doubling the places each:
 * - A write that nothing has looked at since may as well come later, if it commutes with what follows, and
 *   if it is overwritten, not at all. So it is taken only where the next sighting, or an answer that depends
 *   on the state, can't be had without it.
 * - One place with fewer of them taken than another, and the same otherwise, makes that one superfluous.
 * - A status message that no read ever showed was never there when anybody looked: it is left out.
 * - Overwriting one by another without looking between is the other one alone.
 * - Of those that say the same the first is as good as any.
 * What is left is one choice for each fact, at a sighting that needs one: (1 + v1)(1 + v2)… places, where v
 * counts the different values of the unknown writes to a fact. These rules move writes past each other, so from the
 * first unknown write on they can't tell whether something else was shown for a while between two sightings of the
 * same: whether the number moved isn't looked at then. What is shown and differs has different numbers throughout.
 *
 * Past MOST_PLACES at once the search gives up and says so; it never passes a history for being large.
 */
const MOST_PLACES = 200_000;

/** A place on the way to an end, with the writes since something last depended on the state. */
interface Walk {
  readonly place: Place;
  readonly since: State;
  readonly idle: readonly Candidate[];
}

/** Where the search ended without an order. */
export interface Stuck {
  /** The operation that ended, and could not have happened. */
  readonly at: Operation;
  /** The read with a smaller number that should have come before it, if that is what was missing. */
  readonly before: Operation | undefined;
  /** What was possible before it, some of it. */
  readonly possible: readonly string[];
  /** It gave up, and there may be an order. */
  readonly isUndecided: boolean;
}

/** @returns undefined when there is an order */
export function searchOrder(
  operations: readonly Operation[],
  mostPlaces = MOST_PLACES,
): Stuck | undefined {
  return new Search(operations, mostPlaces).run();
}

class Search {
  readonly #model = new Model();
  readonly #sightings: readonly Sighting[];
  readonly #events: readonly Event[];
  readonly #begun = new Set<number>();
  readonly #mostPlaces: number;
  readonly #underWay: UnderWay;
  #places: Place[];

  constructor(operations: readonly Operation[], mostPlaces: number) {
    this.#mostPlaces = mostPlaces;
    const reads = operations.filter((each) => each.kind === 'read');
    const writes = operations.filter((each) => each.kind === 'write');
    this.#sightings = sightingsOf(reads);
    this.#underWay = new UnderWay(new Set(this.#sightings.map(({ text }) => text)));
    this.#events = eventsOf(writes, this.#sightings);
    this.#places = [{ state: this.#model.first, done: 0, used: 0n, seen: 0, changed: false }];
  }

  run(): Stuck | undefined {
    for (const event of this.#events) {
      if (event.kind === 'write begins') this.#begin(event.write);
      else if (event.kind === 'sighting begins') this.#begun.add(event.index);
      else {
        const found =
          event.kind === 'write ends'
            ? this.#endWrite(event.write)
            : this.#endSighting(event.index);
        if (found === undefined || found.length === 0) {
          return this.#stuck(event, found === undefined);
        }
        this.#places = found;
      }
    }
    return undefined;
  }

  #stuck(event: Event, isUndecided: boolean): Stuck {
    const places = this.#places;
    const possible = [...new Set(places.map(({ state }) => state.shown))].slice(0, 10);
    if ('write' in event) return { at: event.write, before: undefined, possible, isUndecided };
    const at = this.#sighting(event.index).read;
    const { read } = this.#sighting(Math.max(...places.map(({ seen }) => seen)));
    return { at, before: read === at ? undefined : read, possible, isUndecided };
  }

  #begin(write: Write): void {
    this.#underWay.begin(write);
    if (write.outcome === 'unknown' && this.#underWay.unknowns === 1) {
      this.#places = fewest(this.#places.map((place) => ({ ...place, changed: false })));
    }
  }

  /** Whether an unknown write has begun, so that numbers say less. */
  get #isLoose(): boolean {
    return this.#underWay.unknowns > 0;
  }

  #endWrite(write: Write): Place[] | undefined {
    const target = this.#underWay.find(write);
    const bit = 1 << target.bit;
    const found = this.#reach(
      ({ done }) => (done & bit) !== 0,
      (walk) => this.#isLast(walk, target),
      target.fact,
    );
    this.#underWay.end(target);
    return found && fewest(found.map((place) => ({ ...place, done: place.done & ~bit })));
  }

  #endSighting(index: number): Place[] | undefined {
    const found = this.#reach(
      ({ seen }) => seen > index,
      () => true,
    );
    return found && fewest(found);
  }

  /**
   * Everywhere that the places lead to, as soon as `isThere`; undefined when that is too much. `fact` is what
   * the write that ends is about.
   */
  #reach(
    isThere: (place: Place) => boolean,
    isNeeded: (walk: Walk) => boolean,
    fact?: string,
  ): Place[] | undefined {
    const found: Place[] = [];
    const met = new Set<string>();
    const walks: Walk[] = this.#places.map((place) => ({ place, since: place.state, idle: [] }));
    for (let walk = walks.pop(); walk !== undefined; walk = walks.pop()) {
      const key = keyOfPlace(walk.place);
      if (met.has(key)) continue;
      // Not remembered: another way to the same place may need all of its writes.
      if (isThere(walk.place)) {
        if (!isNeeded(walk)) continue;
        met.add(key);
        found.push(walk.place);
        continue;
      }
      met.add(key);
      if (met.size > this.#mostPlaces) return undefined;
      walks.push(...this.#steps(walk, fact));
    }
    return found;
  }

  #steps(walk: Walk, fact: string | undefined): Walk[] {
    const isLoose = this.#isLoose;
    const { place } = walk;
    const steps: Walk[] = [];
    if (this.#isSeen(place)) {
      // With loose numbers, what could come before it may as well come after it.
      if (isLoose && this.#hasSuperfluous(walk)) return [];
      const after: Place = { ...place, seen: place.seen + 1, changed: false };
      steps.push({ place: after, since: place.state, idle: [] });
      if (isLoose) return steps;
    }
    const mayBeSeen = !isLoose || this.#mayBeSeen(place);
    for (const candidate of this.#underWay.candidates) {
      // What no look asks for may come later, unless it is about the same as the write that ends.
      if (!mayBeSeen && candidate.fact !== fact) continue;
      if (!isLeft(place, candidate) || !this.#isOfUse(place, candidate)) continue;
      const next = this.#take(walk, candidate, isLoose);
      if (next !== undefined) steps.push(next);
    }
    return steps;
  }

  #take(walk: Walk, candidate: Candidate, isLoose: boolean): Walk | undefined {
    const { place, since, idle } = walk;
    const { write, fact, bit, isUnknown } = candidate;
    // The earlier one would have been for nothing.
    if (isUnknown && idle.some((each) => each.isUnknown && each.fact === fact)) return undefined;
    const state = this.#model.step(place.state, write);
    if (state === undefined || (isUnknown && state === place.state)) return undefined;
    const after: Place = {
      state,
      done: isUnknown ? place.done : place.done | (1 << bit),
      used: isUnknown ? place.used | (1n << BigInt(bit)) : place.used,
      seen: place.seen,
      changed: !isLoose && (place.changed || state.shown !== place.state.shown),
    };
    if (asks(write) && !isUnknown) {
      // What is about another fact may as well come after it.
      if (isLoose && idle.some((each) => each.fact !== fact)) return undefined;
      return { place: after, since: state, idle: [] };
    }
    return { place: after, since, idle: [...idle, candidate] };
  }

  /** An unknown status message is, if the next sighting shows it. */
  #isOfUse({ seen }: Place, { isUnknown, text }: Candidate): boolean {
    return !isUnknown || text === undefined || text === this.#sightings[seen]?.text;
  }

  /** Whether the next sighting may be had now, after some writes: as far as its text tells. */
  #mayBeSeen(place: Place): boolean {
    const { state, seen } = place;
    const sighting = this.#sightings[seen];
    if (sighting === undefined || !this.#begun.has(seen)) return false;
    if (state.text === sighting.text) return true;
    return this.#underWay.candidates.some(
      (each) => each.text === sighting.text && isLeft(place, each),
    );
  }

  /** Whether the next sighting can be had here. */
  #isSeen({ state, seen, changed }: Place): boolean {
    const sighting = this.#sightings[seen];
    if (sighting === undefined || !this.#begun.has(seen)) return false;
    if (sighting.read.shown !== state.shown) return false;
    if (this.#isLoose || seen === 0) return true;
    return sighting.read.number > this.#sighting(seen - 1).read.number === changed;
  }

  /** Whether a write since the last look could come after the next one, or not at all. */
  #hasSuperfluous({ place, since, idle }: Walk): boolean {
    return idle.some((each, index) => {
      const isOverwritten = idle.slice(index + 1).some(({ fact }) => fact === each.fact);
      if (isOverwritten && !each.isUnknown) return false;
      let state: State | undefined = since;
      for (const other of idle) {
        if (other !== each && state !== undefined) state = this.#model.step(state, other.write);
      }
      return state?.shown === place.state.shown;
    });
  }

  /** Whether all that was taken since the last look had to be taken before the write that ends. */
  #isLast({ idle }: Walk, target: Candidate): boolean {
    if (!this.#isLoose) return true;
    return idle.every(({ fact, isUnknown }) => fact === target.fact && !isUnknown);
  }

  #sighting(index: number): Sighting {
    const sighting = this.#sightings[index];
    if (sighting === undefined) throw new RangeError(`there is no sighting ${index}`);
    return sighting;
  }
}
