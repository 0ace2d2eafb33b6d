import { parseDuration } from '../graph/duration.ts';

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Whatever a feed or its server asks for, it is looked at once a day. */
const LONGEST_REST_MS = DAY_MS;

/** A feed that fails again and again is still tried so often. */
const LONGEST_BACK_OFF_MS = 6 * HOUR_MS;

/** Fetches are spread by up to a tenth, so that those that begin together don't stay together. */
const SPREAD = 0.1;

export interface Pace {
  /** How often feeds are fetched when nothing else is said. */
  readonly everyMs: number;
  /** From 0 to 1. */
  readonly random: number;
}

/** How long a feed is left alone after it was fetched. @param restMs what it asks for itself */
export function restAfterGood(restMs: number, { everyMs, random }: Pace): number {
  const rest = Math.max(everyMs, Math.min(restMs, LONGEST_REST_MS));
  return Math.ceil(rest * (1 + SPREAD * random));
}

/**
 * How long it is left alone when it failed: each time twice as long.
 * @param failures in a row, from 1
 * @param retryAfterMs what its server asks for; 0 when it says nothing
 */
export function restAfterFailure(
  failures: number,
  retryAfterMs: number,
  { everyMs, random }: Pace,
): number {
  const longest = Math.max(everyMs, LONGEST_BACK_OFF_MS);
  const backOff = Math.min(longest, everyMs * 2 ** Math.min(failures - 1, 20));
  const rest = Math.max(backOff, Math.min(retryAfterMs, LONGEST_REST_MS));
  return Math.ceil(rest * (1 + SPREAD * random));
}

/** How long an answer says that it stays fresh (RFC 9111, section 5.2.2); 0 when it doesn't. */
export function freshMs(cacheControl: string | undefined): number {
  if (cacheControl === undefined || /\bno-(cache|store)\b/i.test(cacheControl)) return 0;
  const [, seconds = '0'] = /(?:^|[\s,])max-age="?(\d{1,9})/i.exec(cacheControl) ?? [];
  return Number(seconds) * SECOND_MS;
}

/** How long a server asks to be left alone (RFC 9110, section 10.2.3): seconds, or a date; 0 for anything else. */
export function retryAfterMs(value: string | undefined, nowMs: number): number {
  if (value === undefined) return 0;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * SECOND_MS;
  const untilMs = Date.parse(value);
  return Number.isNaN(untilMs) ? 0 : Math.max(0, untilMs - nowMs);
}

/** Only the head of a calendar says it, before any event. */
const HEAD_CHARACTERS = 64 * 1024;

/** How long a calendar asks to be left alone (RFC 7986, section 5.7; Outlook's own property); 0 when it doesn't. */
export function askedRestMs(text: string): number {
  const head = text.slice(0, HEAD_CHARACTERS);
  const asked =
    /^(?:REFRESH-INTERVAL|X-PUBLISHED-TTL)(?:;[^:\r\n]*)?:(P[\dDTHMS]{1,20})\s*$/im.exec(head);
  return Math.max(0, parseDuration(asked?.[1] ?? '') ?? 0);
}
