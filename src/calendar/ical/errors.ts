/** The text as a whole is no calendar that can be read; nothing of it is to be used. */
export class BadCalendar extends Error {
  readonly code = 'BadCalendar';

  /** @param reason why, without a word of the text itself: calendars are private, messages are logged */
  constructor(reason: string) {
    super(`not a readable calendar: ${reason}`);
    this.name = 'BadCalendar';
  }
}

/** A component, property or value can't be read; the rest of the calendar can. */
export class Unreadable extends Error {
  /** @param reason for people, without a word of the text itself */
  constructor(reason: string) {
    super(reason);
    this.name = 'Unreadable';
  }
}
