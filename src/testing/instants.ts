import { parseDuration } from '../graph/duration.ts';

/** Unix time in ms of what a test calls an instant. @throws TypeError */
export function instantOf(instant: Date | string | number): number {
  const atMs = new Date(instant).getTime();
  if (Number.isNaN(atMs)) throw new TypeError(`'${String(instant)}' is no instant.`);
  return atMs;
}

/** ms of what a test calls a duration: ISO 8601 or ms. @throws TypeError */
export function durationOf(by: string | number): number {
  const byMs = typeof by === 'number' ? by : parseDuration(by);
  if (byMs !== undefined && byMs >= 0 && Number.isFinite(byMs)) return Math.round(byMs);
  throw new TypeError(`'${by}' is neither an ISO 8601 duration such as PT5M nor milliseconds.`);
}
