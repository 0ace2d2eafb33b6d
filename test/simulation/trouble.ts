import type { World } from './world.ts';

/** What a call of the store is about. */
export type Calling = 'update' | 'read' | 'feed' | 'due' | 'documents' | 'write' | 'lease';

/** What becomes of a call: nothing of it is kept; it is kept, or not, and nobody hears which. */
export type Fate = 'refused' | 'kept and not answered' | 'not kept and not answered';

const KINDS: readonly Calling[] = ['update', 'read', 'feed', 'due', 'documents', 'write', 'lease'];

/** What is wrong with the store for a while. */
export class Trouble {
  readonly #world: World;
  #share = 0;
  #of: ReadonlySet<Calling> = new Set();
  /** The share of calls that are held up, and for how long at most. */
  #slowShare = 0;
  #slowMs = 0;
  #deafShare = 0;

  constructor(world: World) {
    this.#world = world;
  }

  get isOn(): boolean {
    return this.#share > 0 || this.#slowShare > 0 || this.#deafShare > 0;
  }

  /** Calls of some kinds fail. */
  failSome(): void {
    const { random } = this.#world;
    this.#share = random.pick([0.1, 0.4, 1]);
    const kinds = random.chance(0.3) ? KINDS : random.some(KINDS, random.between(1, 3));
    this.#of = new Set(kinds);
    this.#world.say(() => `the store fails in ${this.#share} of ${[...this.#of].join(', ')}`);
  }

  /** Calls are answered later than those that came after them. */
  slowDown(): void {
    const { random } = this.#world;
    this.#slowShare = random.pick([0.2, 0.6]);
    this.#slowMs = random.pick([0, 0, 20, 1500]);
    this.#world.say(() => `the store holds up ${this.#slowShare} for up to ${this.#slowMs} ms`);
  }

  /** Hints are lost. */
  loseHints(): void {
    this.#deafShare = this.#world.random.pick([0.5, 1]);
    this.#world.say(() => `hints are lost: ${this.#deafShare}`);
  }

  end(): void {
    this.#share = 0;
    this.#slowShare = 0;
    this.#deafShare = 0;
    this.#world.say(() => 'the store is well');
    // What failed is tried again after a second.
    this.#world.stir(3000);
  }

  fateOf(calling: Calling): Fate | undefined {
    if (this.#share === 0 || !this.#of.has(calling)) return undefined;
    const { random } = this.#world;
    if (!random.chance(this.#share)) return undefined;
    if (calling !== 'update' && calling !== 'write') return 'refused';
    return random.pick<Fate>(['refused', 'kept and not answered', 'not kept and not answered']);
  }

  /** How long a call is held up; undefined if it isn't. */
  holdUpMs(): number | undefined {
    if (this.#slowShare === 0) return undefined;
    const { random } = this.#world;
    return random.chance(this.#slowShare) ? random.between(0, this.#slowMs) : undefined;
  }

  losesHint(): boolean {
    return this.#deafShare > 0 && this.#world.random.chance(this.#deafShare);
  }
}
