import { LRUCache } from 'lru-cache';
import type { EventFields } from './fields.ts';

/** The newest form that this program writes. */
const VERSION = 1;

/** An event as its document keeps it: a single one, or a series with all that is different about single occurrences. */
export interface StoredEvent {
  readonly id: string;
  /** Unix times in ms. */
  readonly createdMs: number;
  readonly modifiedMs: number;
  /** One more with each change. */
  readonly revision: number;
  /** What the client called its creation, and a hash of what it asked for. */
  readonly transaction: { readonly id: string; readonly digest: string } | null;
  readonly fields: EventFields;
  /** By the occurrence's name: what is said of it in place of what the series says. Its times are always said. */
  readonly exceptions: Readonly<Record<string, OccurrenceFields>>;
  /** Names of occurrences that were taken out. */
  readonly removed: readonly string[];
}

/** What may be said of one occurrence. */
export type OccurrenceFields = Partial<Omit<EventFields, 'recurrence' | 'iCalUId'>> &
  Pick<EventFields, 'start' | 'end'>;

/**
 * Documents are read far more often than they change, and whole mailboxes at a time: a thousandth of the
 * work is left when the text was read before. Bounded by characters of text.
 */
const read = new LRUCache<string, StoredEvent>({
  maxSize: 16 * 1024 * 1024,
  sizeCalculation: (_, text) => text.length,
});

/** @throws TypeError for text that isn't an event, or that a newer program wrote */
export function readStored(text: string): StoredEvent {
  const known = read.get(text);
  if (known !== undefined) return known;
  const { version, ...event } = JSON.parse(text) as StoredEvent & { version?: unknown };
  if (version !== VERSION) throw new TypeError(`an event of version ${String(version)}`);
  read.set(text, event);
  return event;
}

export function writeStored(event: StoredEvent): string {
  return JSON.stringify({ version: VERSION, ...event });
}
