import type { Zone } from '../event.ts';
import { zoneNamed } from '../zones.ts';
import { MOST_ZONES } from './bounds.ts';
import { type Component, place } from './components.ts';
import { Unreadable } from './errors.ts';
import { zoneOfOffset } from './fixed-zone.ts';
import { ofItsOwn } from './own-text.ts';
import { textIn } from './reading.ts';
import type { Remarks } from './remarks.ts';
import { zoneOf } from './vtimezone.ts';

/** What the zones of one VCALENDAR are. */
export interface CalendarZones {
  /** Where its times without a zone are meant; null where its owner is. */
  readonly floating: Zone | null;
  /** What a TZID means; what nothing explains, floats. */
  named(tzid: string): Zone | null;
}

/**
 * A name of a place or of one of Windows' zones wins over the VTIMEZONE beside it. Writers copy the rules
 * of the day into it, some only this year's, and such a copy grows wrong when the law changes; the name says
 * which place was meant, and our own rules know its past and its news. A VTIMEZONE counts where
 * the name is its own invention, or an abbreviation that is many places' (`EST`, `CST`).
 */
export function calendarZones(calendar: Component, doubts: Remarks): CalendarZones {
  const definitions = new Map<string, Component>();
  for (const part of calendar.parts) {
    if (part.name !== 'vtimezone') continue;
    const tzid = textIn(part, 'tzid');
    if (tzid !== undefined && !definitions.has(cleaned(tzid))) definitions.set(cleaned(tzid), part);
  }

  const find = (name: string): Zone | null => {
    const definition = definitions.get(name);
    const location = definition && textIn(definition, 'x-lic-location');
    return (
      placeNamed(name) ??
      (location === undefined ? null : placeNamed(cleaned(location))) ??
      (definition === undefined ? null : read(name, definition)) ??
      zoneNamed(name.slice(name.lastIndexOf('/') + 1)) ??
      zoneOfOffset(name)
    );
  };
  const read = (name: string, definition: Component): Zone | null => {
    try {
      return zoneOf(name, definition);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      doubts.add(place(definition), `${error.message}; its times are read without it`);
      return null;
    }
  };

  const found = new Map<string, Zone | null>();
  const named = (tzid: string): Zone | null => {
    const name = cleaned(tzid);
    const known = found.get(name);
    if (known !== undefined) return known;
    if (found.size === MOST_ZONES) return floating;
    const zone = find(name);
    if (zone === null) {
      doubts.add(place(calendar), 'nothing says where one of its zones is; its times float');
    }
    found.set(name, zone ?? floating);
    return zone ?? floating;
  };

  let floating: Zone | null = null;
  const own = textIn(calendar, 'x-wr-timezone');
  if (own !== undefined && own !== '') floating = named(own);
  return { floating, named };
}

/** Quotes, escapes and a repeated `TZID=` are writers' slips. The name is kept with the zone, and in a cache. */
function cleaned(tzid: string): string {
  const name = tzid
    .replaceAll(/["\\]/g, '')
    .trim()
    .replace(/^TZID=/i, '');
  return ofItsOwn(name.slice(0, 255));
}

/**
 * The zone of a name that says a place. Some writers put their own name and the date of their rules before
 * it (`/mozilla.org/20050126_1/Europe/Berlin`).
 */
function placeNamed(name: string): Zone | null {
  if (!/[/ ]|^utc$/i.test(name)) return null;
  const whole = zoneNamed(name) ?? zoneNamed(name.replaceAll(' ', '_'));
  if (whole !== undefined) return whole;
  const segments = name.split('/').slice(-3);
  for (let from = 0; from < segments.length - 1; from++) {
    const zone = zoneNamed(segments.slice(from).join('/'));
    if (zone !== undefined) return zone;
  }
  return null;
}
