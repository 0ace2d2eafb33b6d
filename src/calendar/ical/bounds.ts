/*
 * What a calendar may be at most. Each bound is checked before the work that it bounds, so that what a hostile
 * calendar costs grows with its size, which is bounded too.
 */

/** UTF-16 units of the whole text; five million bytes of UTF-8 are never more. */
export const LONGEST_TEXT = 5 * 1024 * 1024;

/** Events, and periods of VFREEBUSY, of all calendars in the text. Beyond it the text is refused. */
export const MOST_EVENTS = 10_000;

/** Components within each other. VCALENDAR, VEVENT, VALARM are three. Beyond it the text is refused. */
export const DEEPEST = 10;

/** Characters of a line that matters, unfolded. Others (descriptions, attachments) may be any length. */
export const LONGEST_LINE = 64 * 1024;

/** Characters before a line's value: the library looks through them once for each parameter. */
export const LONGEST_PARAMETERS = 4 * 1024;

/** Lines that matter of one component; of its attendees, only lines that name the calendar's owner do. */
export const MOST_LINES = 5_000;

/** EXDATEs, and RDATEs, of one event: ten years of a daily one. */
export const MOST_DATES = 4_000;

/** RRULEs of one event: standards before 2009 allowed several, nobody writes more than two. */
export const MOST_RULES = 4;

/** Instances of one series that differ from it. */
export const MOST_MOVED = 4_000;

/** Zones that one calendar names; finding one takes up to a millisecond. Beyond it, its times float. */
export const MOST_ZONES = 100;

/** STANDARD and DAYLIGHT parts of a zone; the longest histories that are published have about 200. */
export const MOST_OBSERVANCES = 400;

/** RDATEs of all parts of a zone. */
export const MOST_ONSETS = 2_000;

/** Remarks that are kept about a text, of each sort; the last one counts the others. */
export const MOST_REMARKS = 100;

/** Parts of a zone that have a rule. */
export const MOST_ZONE_RULES = 60;

/** Days of a duration: what lies between the first and the last date that can be written. */
export const LONGEST_DAYS = 366 * 10_000;

/** Instances of one series from which on it is otherwise; each of them costs a look at all the others. */
export const MOST_SPLITS = 50;

/** Unreadable lines of one name, or values, of one component: each costs more than a readable one. */
export const MOST_UNREADABLE = 20;

/**
 * Days that an occurrence of a series may last, a year: those of the past that reach into a window have to be
 * looked at, and a weekly one of fifty years' length has thousands.
 */
export const LONGEST_OCCURRENCE_DAYS = 366;
