import type { CalendarSpanKind } from '../engine/facts.ts';
import type { ShowAs, Slot } from './event.ts';

interface Case {
  readonly showAs: ShowAs;
  /** Either way where it isn't said, as below. */
  readonly isAllDay?: boolean;
  readonly isFocusTime?: boolean;
  readonly kind: CalendarSpanKind;
}

/**
 * What of a calendar shows in presence; what isn't here doesn't. Whoever is busy all day is in no meeting:
 * birthdays, trade fairs and other people's holidays are entered like that. An invitation that waits for an
 * answer is `tentative`, as calendars book it, and goes by that.
 */
const CASES: readonly Case[] = [
  { showAs: 'busy', isAllDay: false, isFocusTime: false, kind: 'busy' },
  { showAs: 'busy', isAllDay: false, isFocusTime: true, kind: 'focusing' },
  { showAs: 'oof', kind: 'outOfOffice' },
  { showAs: 'workingElsewhere', kind: 'workingElsewhere' },
];

/** What a slot makes of its owner's presence while it lasts; undefined for nothing. */
export function spanKindOf(slot: Slot): CalendarSpanKind | undefined {
  if (slot.isCancelled || slot.response === 'declined') return undefined;
  return CASES.find(
    ({ showAs, isAllDay = slot.isAllDay, isFocusTime = slot.isFocusTime }) =>
      showAs === slot.showAs && isAllDay === slot.isAllDay && isFocusTime === slot.isFocusTime,
  )?.kind;
}
