import { LRUCache } from 'lru-cache';
import { Temporal } from 'temporal-polyfill';
import { invalidArgument } from './error.ts';
import { wellFormed } from './unicode.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The lifetimes a field accepts, with the one it has when it is left out. */
export interface LifetimeLimits {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** Source: Graph, "presence: setPresence". */
export const SESSION_LIFETIME: LifetimeLimits = { leastMs: 5 * MINUTE_MS, mostMs: 4 * HOUR_MS };
export const DEFAULT_SESSION_LIFETIME_MS = 5 * MINUTE_MS;

/** Our decision (docs/decisions/0003-lifetimes.md): the legacy routes' third timeout. */
export const LEGACY_SESSION_LIFETIME_MS = 15 * MINUTE_MS;

/** The defaults are Graph's; that it may be a minute to 30 days is our decision (docs/decisions/0003-lifetimes.md). */
export const PREFERRED_LIFETIME: LifetimeLimits = { leastMs: MINUTE_MS, mostMs: 30 * DAY_MS };
export const DEFAULT_PREFERRED_BUSY_LIFETIME_MS = DAY_MS;
export const DEFAULT_PREFERRED_LIFETIME_MS = 7 * DAY_MS;

/**
 * Reads an `Edm.Duration` (ISO 8601 in days, hours, minutes and seconds).
 * @returns milliseconds
 * @throws GraphError 400 naming the field when it isn't one, or lies outside the limits.
 */
export function parseLifetime(text: string, field: string, limits: LifetimeLimits): number {
  const lifetimeMs = parseDuration(text);
  if (lifetimeMs === undefined) {
    throw invalidArgument(
      `[${field}]: '${shortened(text)}' is not an ISO 8601 duration of days, hours, minutes and seconds such as PT5M.`,
    );
  }
  if (lifetimeMs < limits.leastMs || lifetimeMs > limits.mostMs) {
    throw invalidArgument(
      `[${field}]: ${shortened(text)} is out of range: from ${formatDuration(limits.leastMs)} to ${formatDuration(limits.mostMs)}.`,
    );
  }
  return lifetimeMs;
}

/** Clients send the same few durations over and over, and reading one costs as much as the rest of a keep-alive. */
const read = new LRUCache<string, number>({ max: 256 });

/** An ISO 8601 duration in whole milliseconds; undefined when it is none or has years, months or weeks. */
export function parseDuration(text: string): number | undefined {
  const known = read.get(text);
  if (known !== undefined) return known;
  const durationMs = readDuration(text);
  if (durationMs !== undefined) read.set(text, durationMs);
  return durationMs;
}

function readDuration(text: string): number | undefined {
  // The longest sensible duration is far shorter; the bound keeps hostile digits away from the parser.
  if (text.length > 64 || !/^-?P[\dDTHMS.]+$/.test(text)) return undefined;
  try {
    const duration = Temporal.Duration.from(text);
    if (duration.years !== 0 || duration.months !== 0 || duration.weeks !== 0) return undefined;
    return Math.trunc(duration.total('milliseconds'));
  } catch {
    return undefined;
  }
}

/** `PT4H`: milliseconds as an ISO 8601 duration, in the units a person would pick. */
export function formatDuration(durationMs: number): string {
  return Temporal.Duration.from({ milliseconds: durationMs })
    .round({ largestUnit: 'days', smallestUnit: 'seconds' })
    .toString();
}

/** A caller's value as a message may repeat it. */
export function shortened(text: string): string {
  return text.length <= 64 ? text : `${wellFormed(text.slice(0, 64))}…`;
}
