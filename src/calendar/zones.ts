import { LRUCache } from 'lru-cache';
import { findZone } from '../graph/date-time-zone.ts';
import { DAY_MS } from './days.ts';
import type { WallMs, Zone } from './event.ts';

export const UTC: Zone = {
  name: 'UTC',
  wallOf: (instantMs) => instantMs,
  instantOf: (wall) => wall,
};

/**
 * The instant that a wall clock means whose offset at each instant is known: as `Zone.instantOf` has it.
 * Offsets are less than a day, so the instant lies between what those of the day before and after make of it.
 */
export function instantAt(wall: WallMs, offsetAt: (instantMs: number) => number): number {
  const earlierMs = offsetAt(wall - DAY_MS);
  const laterMs = offsetAt(wall + DAY_MS);
  if (earlierMs === laterMs || offsetAt(wall - earlierMs) === earlierMs) return wall - earlierMs;
  const isSkipped = offsetAt(wall - laterMs) !== laterMs;
  return wall - (isSkipped ? earlierMs : laterMs);
}

/** By lower-case name: more names than IANA and Windows have together, and bounded where they are invented. */
const zones = new LRUCache<string, Zone | false>({ max: 2000 });

/**
 * The zone of an IANA or Windows name, in any case. One object for each zone, whatever it is called by; its
 * name is IANA's, as the runtime has it.
 */
export function zoneNamed(name: string): Zone | undefined {
  // What begins with 65 characters is no zone, whatever follows.
  const key = name.slice(0, 65).toLowerCase();
  let zone = zones.get(key);
  if (zone === undefined) {
    const ianaName = findZone(name);
    zone = ianaName !== undefined && zoneOfIana(ianaName);
    zones.set(key, zone);
  }
  return zone || undefined;
}

function zoneOfIana(name: string): Zone {
  const key = name.toLowerCase();
  const zone = zones.get(key) || (name === 'UTC' ? UTC : new IanaZone(name));
  zones.set(key, zone);
  return zone;
}

/**
 * About six days. Between two changes of a zone's clocks there is at least a week (northeastern Brazil in
 * 2000, Gaza in 2040), so within such a stretch they change once at most.
 */
const STRETCH_MS = 2 ** 29;
/** Seven years of stretches. */
const MAX_STRETCHES = 400;
/** What `Date` and `Intl` can say; beyond it the clocks stand as there. */
const MAX_INSTANT_MS = 8.64e15;

/** The offset of the wall clock from UTC: `beforeMs` until the change at `changeAtMs`, then `afterMs`. */
interface Stretch {
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly changeAtMs: number;
}

/**
 * Asking `Intl` takes a microsecond and Temporal's polyfill twenty, for each conversion. What they say of a
 * stretch of time is kept here, which makes a conversion a look into a map.
 */
class IanaZone implements Zone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #stretches = new Map<number, Stretch>();

  constructor(name: string) {
    this.name = name;
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      timeZoneName: 'longOffset',
    });
  }

  wallOf(instantMs: number): WallMs {
    return instantMs + this.#offsetMs(instantMs);
  }

  instantOf(wall: WallMs): number {
    return instantAt(wall, this.#offsetMs);
  }

  /** Bound once: it is handed on for each conversion. */
  readonly #offsetMs = (instantMs: number): number => {
    const number = Math.floor(instantMs / STRETCH_MS);
    const { beforeMs, afterMs, changeAtMs } = this.#stretches.get(number) ?? this.#find(number);
    return instantMs < changeAtMs ? beforeMs : afterMs;
  };

  #find(number: number): Stretch {
    const startMs = number * STRETCH_MS;
    const beforeMs = this.#ask(startMs);
    const afterMs = this.#ask(startMs + STRETCH_MS);
    const changeAtMs =
      beforeMs === afterMs ? startMs : this.#findChange(startMs, startMs + STRETCH_MS, beforeMs);
    const stretch = { beforeMs, afterMs, changeAtMs };
    if (this.#stretches.size >= MAX_STRETCHES) this.#stretches.clear();
    this.#stretches.set(number, stretch);
    return stretch;
  }

  /** The first whole second at which the offset isn't any more what it was at `fromMs`. */
  #findChange(fromMs: number, toMs: number, offsetMs: number): number {
    let before = Math.floor(fromMs / 1000);
    let after = Math.ceil(toMs / 1000);
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.#ask(middle * 1000) === offsetMs) before = middle;
      else after = middle;
    }
    return after * 1000;
  }

  #ask(instantMs: number): number {
    const inRange = Math.max(-MAX_INSTANT_MS, Math.min(instantMs, MAX_INSTANT_MS));
    // Such as GMT, GMT+05:30 and, long ago, GMT-04:56:02.
    const said = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(this.#format.format(inRange));
    if (said === null) throw new Error(`no offset is known of ${this.name}`);
    const [, sign, hours = 0, minutes = 0, seconds = 0] = said;
    const offsetMs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
    return sign === '-' ? -offsetMs : offsetMs;
  }
}
