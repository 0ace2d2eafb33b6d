/**
 * A wall clock: what a clock on the wall shows, as the Unix time (ms) at which one in UTC shows it. Days,
 * weeks and months are counted on it; which instant is meant, its zone says.
 */
export type WallMs = number;

/** A place's clocks: IANA's rules, or those that a calendar brings along. */
export interface Zone {
  /** IANA name, or what the calendar calls it. */
  readonly name: string;
  /** What its wall clocks show at an instant. */
  wallOf(instantMs: number): WallMs;
  /**
   * The instant at which they show this. A wall clock that a daylight change skips is read with the offset
   * before the change, one that it repeats is the first of the two (RFC 5545, section 3.3.5).
   */
  instantOf(wall: WallMs): number;
}

/** A time as a calendar says it. Without a zone it floats: it is meant wherever the calendar's owner is. */
export interface CalendarTime {
  readonly wall: WallMs;
  readonly zone: Zone | null;
}

/** How an event's time is spent, as calendars say it (Graph's `freeBusyStatus`). */
export type ShowAs = 'free' | 'tentative' | 'busy' | 'oof' | 'workingElsewhere' | 'unknown';

/** What the calendar's owner answered to an invitation (Graph's `responseType`). */
export type Response =
  | 'none'
  | 'organizer'
  | 'tentativelyAccepted'
  | 'accepted'
  | 'declined'
  | 'notResponded';

/** What of an event or of one of its occurrences counts for presence, but for when it is. */
export interface Standing {
  readonly showAs: ShowAs;
  readonly isCancelled: boolean;
  readonly response: Response;
  /** Time set aside to work undisturbed: its category, or its program's own mark, says so. */
  readonly isFocusTime: boolean;
}

/**
 * How long an occurrence is. Whole days are counted on the wall clock, the rest passes as on a stopwatch:
 * of both, the days come first.
 */
export interface Length {
  readonly days: number;
  readonly ms: number;
}

/** When an occurrence is, and how it counts. */
export interface Slot extends Standing {
  readonly start: CalendarTime;
  readonly length: Length;
  /** Its days are the owner's days, from midnight to midnight. */
  readonly isAllDay: boolean;
}

/** One event of a calendar, or all of a series. */
export interface CalendarEvent extends Slot {
  /** What the calendar calls it; the same for all of a series. */
  readonly id: string;
  readonly recurrence: Recurrence | null;
}

/** When a series takes place. The event's own start is its first occurrence, and is one unless removed. */
export interface Recurrence {
  readonly rules: readonly Rule[];
  /** Further occurrences, each by itself; with a length where it has one of its own. */
  readonly added: readonly { readonly start: CalendarTime; readonly length?: Length }[];
  /** Occurrences that don't take place, by when they would begin; an all-day time removes all of that day. */
  readonly removed: readonly (CalendarTime & { readonly isAllDay: boolean })[];
  /** Occurrences that are otherwise than the series says, by when they would have begun, each once. */
  readonly moved: readonly { readonly from: CalendarTime; readonly to: Slot }[];
}

/** Monday is 1 and Sunday 7, as in ISO 8601. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

export type Frequency =
  | 'yearly'
  | 'monthly'
  | 'weekly'
  | 'daily'
  | 'hourly'
  | 'minutely'
  | 'secondly';

/**
 * RFC 5545's recurrence rule. Empty lists say nothing. Everything is counted on the wall clock of the
 * event's start.
 */
export interface Rule {
  readonly frequency: Frequency;
  readonly interval: number;
  /**
   * The last one begins then or before: a wall clock of the event's zone, of a date its last millisecond; or an
   * instant; or never.
   */
  readonly until: { readonly wall: WallMs } | { readonly instantMs: number } | null;
  readonly count: number | null;
  readonly weekStart: Weekday;
  readonly months: readonly number[];
  /** ISO weeks of the year, from its end when negative. */
  readonly weeks: readonly number[];
  readonly yearDays: readonly number[];
  readonly monthDays: readonly number[];
  /** `nth` of the month or year, from its end when negative; 0 for each. */
  readonly weekdays: readonly { readonly day: Weekday; readonly nth: number }[];
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly seconds: readonly number[];
  readonly positions: readonly number[];
}
