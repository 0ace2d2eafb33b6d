import { isNow } from './calendar.ts';
import type { Facts } from './facts.ts';

/** What says that somebody is out of office. */
export type OutOfOfficeSource = 'automaticReplies' | 'calendar';

/**
 * What says at `nowMs` that the user is out of office; null where nothing does. Of both the automatic replies, as
 * they have a message (docs/decisions/0007-calendar.md).
 */
export function outOfOfficeSource(facts: Facts, nowMs: number): OutOfOfficeSource | null {
  const { outOfOffice: replies, calendar } = facts;
  if (replies !== null && replies.startsAtMs <= nowMs && nowMs < replies.endsAtMs) {
    return 'automaticReplies';
  }
  return isNow(calendar, 'outOfOffice', nowMs) ? 'calendar' : null;
}
