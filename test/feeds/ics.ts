/** An event of a calendar's text; times are as iCalendar writes them: `20261121T100000Z`. */
export interface WrittenEvent {
  readonly uid?: string;
  readonly start: string;
  readonly end: string;
  /** Further lines. */
  readonly lines?: readonly string[];
}

/** A calendar as programs write it. */
export function calendar(events: readonly WrittenEvent[], lines: readonly string[] = []): string {
  const body = events.flatMap(({ uid, start, end, lines: further = [] }, at) => [
    'BEGIN:VEVENT',
    `UID:${uid ?? `event-${at}@calendar.example`}`,
    'DTSTAMP:20261101T000000Z',
    start.includes(':') ? `DTSTART${start}` : `DTSTART:${start}`,
    end.includes(':') ? `DTEND${end}` : `DTEND:${end}`,
    'SUMMARY:Something',
    ...further,
    'END:VEVENT',
  ]);
  const head = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Example//Tests//EN', ...lines];
  return [...head, ...body, 'END:VCALENDAR', ''].join('\r\n');
}

/** As iCalendar writes an instant. */
export function utc(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

/** A meeting in a calendar of its own. */
export function meeting(startMs: number, endMs: number, lines: readonly string[] = []): string {
  return calendar([{ start: utc(startMs), end: utc(endMs), lines }]);
}

/** Something each second, for ever. */
export function endless(): string {
  return meeting(0, 1000, ['RRULE:FREQ=SECONDLY']);
}
