import { expect, test } from 'vitest';
import { UTC } from '../../src/calendar/zones.ts';
import { created, eventsIn } from '../../src/mailbox/events/changes.ts';
import { writeStored } from '../../src/mailbox/events/form.ts';
import { knownEvent } from '../../src/mailbox/events/known.ts';
import { EVENT_LIMITS } from '../../src/mailbox/events/limits.ts';
import { viewOf } from '../../src/mailbox/events/view.ts';

const input = (day: string) => ({
  subject: 'Planning',
  start: { dateTime: `${day}T10:00:00`, timeZone: 'UTC' },
  end: { dateTime: `${day}T11:00:00`, timeZone: 'UTC' },
});

const nothing = new Map<string, string>();
const NOV_21 = Date.parse('2026-11-21');
const DAY_MS = 86_400_000;

test('a mailbox takes 10,000 events and no more', () => {
  const documents = new Map<string, string>([['settings', '{}']]);
  for (let count = 1; count < EVENT_LIMITS.events; count++) documents.set(`event ${count}`, '{}');
  expect(created(documents, input('2026-11-21'), 'last', 0).edits).toHaveLength(1);
  documents.set('event last', '{}');
  expect(() => created(documents, input('2026-11-21'), 'more', 0)).toThrow(
    expect.objectContaining({ status: 409, code: 'Conflict' }),
  );
});

test('a mailbox takes 32 M characters and no more', () => {
  const documents = new Map([['event big', 'x'.repeat(EVENT_LIMITS.mailboxCharacters - 100)]]);
  expect(() => created(documents, input('2026-11-21'), 'more', 0)).toThrow(
    expect.objectContaining({ status: 409, code: 'Conflict' }),
  );
});

test('of 1,000 days of events a view of a day finds those of that day', () => {
  const documents = new Map<string, string>();
  for (let count = 0; count < 1000; count++) {
    const day = new Date(NOV_21 + (count - 500) * DAY_MS).toISOString().slice(0, 10);
    const { event } = created(nothing, input(day), `id${count}`, 0);
    documents.set(`event ${event.id}`, writeStored(event));
  }
  const range = { fromMs: NOV_21, toMs: NOV_21 + DAY_MS };
  expect(viewOf(eventsIn(documents), range, UTC).map(({ id }) => id)).toEqual(['id500']);
});

test('an event of a newer program is not read as if it were ours', () => {
  const { event } = created(nothing, input('2026-11-21'), 'id', 0);
  expect(knownEvent(writeStored(event))).toMatchObject({ id: 'id', showAs: 'busy' });
  const newer = JSON.stringify({ ...event, version: 2 });
  expect(() => knownEvent(newer)).toThrow('version 2');
});
