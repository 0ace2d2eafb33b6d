import { DEEPEST, LONGEST_TEXT, MOST_EVENTS, MOST_LINES } from './bounds.ts';
import { BadCalendar } from './errors.ts';
import { type ContentLine, contentLines } from './lines.ts';
import type { Remarks } from './remarks.ts';

/** A component with those of its lines and parts that say when somebody is busy. */
export interface Component {
  /** In lower case. */
  readonly name: string;
  /** Its lines by their names, in the order of the text. */
  readonly lines: ReadonlyMap<string, readonly ContentLine[]>;
  readonly parts: readonly Component[];
  /** The line at which it begins. */
  readonly number: number;
}

/** The parts of a VCALENDAR, and what of them is read. Others end what was left open too, and are passed over. */
const PARTS = new Map([
  [
    'vevent',
    new Set([
      ...['uid', 'sequence', 'dtstamp', 'last-modified', 'recurrence-id', 'status', 'transp'],
      ...['dtstart', 'dtend', 'duration', 'rrule', 'exrule', 'rdate', 'exdate'],
      ...['attendee', 'organizer', 'categories', 'summary'],
      ...['x-microsoft-cdo-busystatus', 'x-microsoft-cdo-intendedstatus'],
      ...['x-microsoft-cdo-alldayevent', 'x-microsoft-msncalendar-alldayevent'],
    ]),
  ],
  ['vfreebusy', new Set(['uid', 'freebusy'])],
  ['vtimezone', new Set(['tzid', 'x-lic-location'])],
  ['vtodo', new Set<string>()],
  ['vjournal', new Set<string>()],
  ['vavailability', new Set<string>()],
]);

const OF_CALENDAR = new Set(['method', 'prodid', 'x-wr-timezone']);
const OF_OBSERVANCE = new Set(['dtstart', 'tzoffsetfrom', 'tzoffsetto', 'rrule', 'rdate']);

interface Open {
  readonly name: string;
  readonly number: number;
  /** What is read of it; null when it is passed over. */
  readonly wanted: ReadonlySet<string> | null;
  readonly lines: Map<string, ContentLine[]>;
  readonly parts: Component[];
  count: number;
}

/**
 * The VCALENDARs of a text, one after the other. Ours and not the library's: its parser gives up on the
 * whole text at the first line it can't read, and keeps everything.
 * @param isAboutOwner whether a line names the owner of the calendar; other lines of attendees aren't kept
 * @throws BadCalendar when there is none, one is cut off, or the text is beyond the bounds.
 */
export function readComponents(
  text: string,
  isAboutOwner: (line: string) => boolean,
  skipped: Remarks,
): readonly Component[] {
  if (text.length > LONGEST_TEXT) throw new BadCalendar(`longer than ${LONGEST_TEXT} characters`);
  const calendars: Component[] = [];
  const stack: Open[] = [];
  let events = 0;

  const begin = (name: string, number: number) => {
    // Within a calendar its parts stand side by side: a part that begins within another follows one that
    // has lost its end.
    if (PARTS.has(name)) {
      const calendar = stack.findLastIndex((open) => open.name === 'vcalendar');
      if (calendar !== -1) leave(calendar + 1);
    }
    if (name === 'vevent' && ++events > MOST_EVENTS) {
      throw new BadCalendar(`more than ${MOST_EVENTS} events`);
    }
    if (stack.length === DEEPEST) throw new BadCalendar(`nested deeper than ${DEEPEST} components`);
    const wanted = wantedOf(name, stack.at(-1));
    stack.push({ name, number, wanted, lines: new Map(), parts: [], count: 0 });
  };
  /** Gives up what is open from there on. */
  const leave = (from: number) => {
    for (const open of stack.splice(from)) {
      if (open.name === 'vcalendar') throw new BadCalendar('it ends before it is complete');
      if (isPart(open)) skipped.add(place(open), 'has no end');
    }
  };
  const end = (name: string) => {
    const at = stack.findLastIndex((open) => open.name === name);
    if (at === -1) return;
    leave(at + 1);
    const open = stack.pop();
    if (open === undefined || open.wanted === null) return;
    if (open.count > MOST_LINES) {
      skipped.add(place(open), `has more than ${MOST_LINES} lines`);
    } else {
      (stack.at(-1)?.parts ?? calendars).push(open);
    }
  };

  const isWanted = (name: string) =>
    name === 'begin' || name === 'end' || stack.at(-1)?.wanted?.has(name) === true;
  for (const line of contentLines(text, isWanted)) {
    if (line.name === 'begin') begin(nameIn(line), line.number);
    else if (line.name === 'end') end(nameIn(line));
    else {
      const open = stack.at(-1);
      if (open === undefined || isOfOthers(line, isAboutOwner)) continue;
      if (++open.count > MOST_LINES) continue;
      const same = open.lines.get(line.name);
      if (same === undefined) open.lines.set(line.name, [line]);
      else same.push(line);
    }
  }
  leave(0);
  if (calendars.length === 0) throw new BadCalendar('it has no VCALENDAR');
  return calendars;
}

/** `VEVENT at line 120`. */
export function place({
  name,
  number,
}: {
  readonly name: string;
  readonly number: number;
}): string {
  return `${name.toUpperCase()} at line ${number}`;
}

function wantedOf(name: string, within: Open | undefined): ReadonlySet<string> | null {
  if (within === undefined) return name === 'vcalendar' ? OF_CALENDAR : null;
  if (within.wanted === null) return null;
  if (within.name === 'vcalendar') {
    const wanted = PARTS.get(name);
    return wanted !== undefined && wanted.size > 0 ? wanted : null;
  }
  const isObservance = name === 'standard' || name === 'daylight';
  return within.name === 'vtimezone' && isObservance ? OF_OBSERVANCE : null;
}

const isPart = (open: Open) => open.wanted !== null && PARTS.has(open.name);

const nameIn = (line: ContentLine) =>
  (line.text ?? '')
    .slice(line.name.length + 1, line.name.length + 65)
    .trim()
    .toLowerCase();

const isOfOthers = (line: ContentLine, isAboutOwner: (text: string) => boolean) =>
  (line.name === 'attendee' || line.name === 'organizer') &&
  (line.text === null || !isAboutOwner(line.text));
