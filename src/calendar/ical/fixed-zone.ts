import type { Zone } from '../event.ts';

/** A place whose clocks never change. */
export function fixedZone(name: string, offsetMs: number): Zone {
  return {
    name,
    wallOf: (instantMs) => instantMs + offsetMs,
    instantOf: (wall) => wall - offsetMs,
  };
}

const OFFSET = /^\(?(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?([0-5]\d))?\)?$/i;

/** The zone that a name such as `UTC+2` or `(GMT -03:30)` spells out, if it does. */
export function zoneOfOffset(name: string): Zone | null {
  const [, sign, hours = 0, minutes = 0] = OFFSET.exec(name) ?? [];
  if (sign === undefined || Number(hours) > 14) return null;
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return fixedZone(name, sign === '-' ? -ms : ms);
}
