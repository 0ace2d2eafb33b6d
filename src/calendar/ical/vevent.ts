import type { Slot } from '../event.ts';
import type { CalendarZones } from './calendar-zones.ts';
import { type Component, place } from './components.ts';
import { Unreadable } from './errors.ts';
import { ofItsOwn } from './own-text.ts';
import { parameterOf } from './property.ts';
import { firstOf, textIn } from './reading.ts';
import { type OwnRecurrence, recurrenceOf } from './recurrence.ts';
import type { Remarks } from './remarks.ts';
import { isLongerThanAYear, startOf, whenOf } from './slot.ts';
import { type Circumstances, standingOf } from './standing.ts';
import { type Moment, onlyMomentOf } from './times.ts';

/** What one VEVENT says: of an event, of a series, or of one instance of a series. */
export interface Version {
  /** `VEVENT at line 120`. */
  readonly place: string;
  /** Null when it has none, which it must have: then it is nobody else's version. */
  readonly uid: string | null;
  /** Counts the versions of an event; of two the greater is the newer one. */
  readonly sequence: number;
  /** When it was last changed, or said: YYYYMMDDHHMMSS as a number. 0 when unknown. */
  readonly changedAt: number;
  /** Which instance of a series it is about. */
  readonly instance: { readonly from: Moment; readonly isThisAndFuture: boolean } | null;
  /** Null when it only says that something is called off, without a word of when that was. */
  readonly slot: Slot | null;
  readonly recurrence: OwnRecurrence;
}

/** @throws Unreadable */
export function versionOf(
  event: Component,
  zones: CalendarZones,
  circumstances: Circumstances,
  doubts: Remarks,
): Version {
  const doubt = (why: string) => doubts.add(place(event), why);
  const recurrenceId = firstOf(event, 'recurrence-id');
  const standing = standingOf(event, circumstances);
  const start = startOf(event, zones);
  if (start === undefined && !standing.isCancelled) throw new Unreadable('has no DTSTART');
  const when = start && whenOf(event, start, zones, doubt);
  const isThisAndFuture =
    recurrenceId && parameterOf(recurrenceId, 'range')?.toUpperCase() === 'THISANDFUTURE';
  // One instance has no recurrence, whatever it repeats of its series'.
  const recurrence =
    start === undefined || when === undefined || isThisAndFuture === false
      ? { rules: [], added: [], removed: [] }
      : recurrenceOf(event, when, start.zone, zones, doubt);
  const isOfSeries = recurrenceId ?? [...recurrence.rules, ...recurrence.added][0];
  if (isOfSeries !== undefined && when !== undefined && isLongerThanAYear(when.length)) {
    throw new Unreadable('recurs, and lasts longer than a year');
  }
  return {
    place: place(event),
    uid: ofItsOwn(textIn(event, 'uid') ?? '') || null,
    sequence: Number.parseInt(textIn(event, 'sequence') ?? '', 10) || 0,
    changedAt: stampIn(event, 'last-modified') || stampIn(event, 'dtstamp'),
    instance: recurrenceId
      ? { from: onlyMomentOf(recurrenceId, zones), isThisAndFuture: isThisAndFuture === true }
      : null,
    slot: when === undefined ? null : { ...when, ...standing },
    recurrence,
  };
}

/** The digits of a time in UTC; for comparing, nothing else. */
function stampIn(event: Component, name: string): number {
  const digits = event.lines.get(name)?.[0]?.text?.match(/:(\d{8})T?(\d{6})?/);
  return digits ? Number(`${digits[1]}${digits[2] ?? '000000'}`) : 0;
}
