import { NEVER_MS, type OutOfOffice } from '../../engine/facts.ts';
import { type DateTimeTimeZone, parseInstant } from '../../graph/date-time-zone.ts';
import { wellFormed } from '../../graph/unicode.ts';
import { textOfHtml } from '../plain-text.ts';
import type { AutomaticReplies } from './settings.ts';

/** In UTF-16 code units, as of a status message: presence is read by the hundred, and shows a line. */
export const LONGEST_MESSAGE = 1024;

/**
 * When automatic replies are sent, their owner is out of office, with the message for colleagues (Graph:
 * "outOfOfficeSettings"). Null when none are sent any more.
 */
export function outOfOfficeOf(replies: AutomaticReplies, nowMs: number): OutOfOffice | null {
  const { status, scheduledStartDateTime: start, scheduledEndDateTime: end } = replies;
  if (status === 'disabled') return null;
  const message = shownMessage(replies.internalReplyMessage);
  if (status === 'alwaysEnabled') return { message, startsAtMs: 0, endsAtMs: NEVER_MS };
  if (start === null || end === null) return null;
  const endsAtMs = instantOf(end, 'ScheduledEndDateTime');
  if (endsAtMs <= nowMs) return null;
  return { message, startsAtMs: instantOf(start, 'ScheduledStartDateTime'), endsAtMs };
}

/** @throws GraphError 400 naming the field */
export function instantOf(time: DateTimeTimeZone, field: string): number {
  return parseInstant(time, `AutomaticRepliesSetting.${field}`);
}

/** The message as the text that presence shows; null where there is none. */
function shownMessage(html: string): string | null {
  const text = textOfHtml(html).replaceAll(/\r\n?/g, '\n').trim();
  if (text === '') return null;
  if (text.length <= LONGEST_MESSAGE) return wellFormed(text);
  // Half of a character may be left at the cut.
  return `${wellFormed(text.slice(0, LONGEST_MESSAGE - 1)).replace(/\ufffd$/, '')}…`;
}
