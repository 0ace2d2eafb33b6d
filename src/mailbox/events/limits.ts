/** How much a calendar takes in. What is beyond is refused with a clear word, and nothing of it kept. */
export const EVENT_LIMITS = {
  /** Single events and series of one mailbox. */
  events: 10_000,
  /** Characters of all of them together: a mailbox is read as a whole. */
  mailboxCharacters: 32 * 1024 * 1024,
  /** Characters of what a client says of one event, as JSON. */
  eventCharacters: 64 * 1024,
  /** Characters of a series with all that is different about single occurrences. */
  seriesCharacters: 512 * 1024,
  /** Occurrences of one series that are changed or removed. */
  exceptions: 1000,
  /** Graph's limit of attendees. */
  attendees: 500,
  locations: 20,
  categories: 25,
  /** Exchange's limit of a subject, and ours of other short texts. */
  shortText: 255,
  /** Exchange's limit of an event's length, and Graph's of the range of a calendar view. */
  days: 1825,
  /** Occurrences that one calendar view may have. */
  occurrences: 20_000,
} as const;
