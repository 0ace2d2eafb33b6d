import type { UserRecord } from '../../engine/advance.ts';
import { NEVER_MS } from '../../engine/facts.ts';

/**
 * Whether a record has nothing left to say but its last number: no facts, and nothing to come. An empty calendar
 * says no more than its revision, which the mailbox has, too.
 */
export function isIdle({ facts, untilMs }: UserRecord): boolean {
  const { sessions, preferred, statusMessage, outOfOffice, calendar, locations } = facts;
  return (
    sessions.length === 0 &&
    preferred === null &&
    statusMessage === null &&
    outOfOffice === null &&
    (calendar === null || calendar.spans.length === 0) &&
    locations.length === 0 &&
    untilMs === NEVER_MS
  );
}
