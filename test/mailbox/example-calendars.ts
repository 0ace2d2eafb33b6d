import { randomUUID } from 'node:crypto';
import type { Clock } from '../../src/clock.ts';
import { createDirectory } from '../../src/directory/fixed.ts';
import { type Calendars, createCalendars } from '../../src/mailbox/events/calendars.ts';
import type { Mailboxes } from '../../src/mailbox/mailboxes.ts';
import type { Directory } from '../../src/presence/directory.ts';

/** Calendars in the given mailboxes, of whoever is asked for. */
export function exampleCalendars(
  mailboxes: Mailboxes,
  clock: Clock,
  directory: Directory = createDirectory('open', new Map()),
): Calendars {
  return createCalendars({ mailboxes, clock, directory, newId: randomUUID });
}
