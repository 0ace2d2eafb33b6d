import type { Clock } from '../clock.ts';
import { Heap } from '../heap.ts';
import { createDocumentTail, type DocumentTail } from '../presence/document-tail.ts';
import type { UserKey } from '../store/store.ts';
import { MOST_UNDER_WAY } from './bounds.ts';
import { type Holding, Left } from './holding.ts';
import { FEED_INDEX, userOf } from './stored-feed.ts';
import type { Visit } from './visit.ts';

/** How soon a feed is looked at again when that failed here; it may be the store. */
const AGAIN_MS = 30_000;

export interface PollerParts {
  readonly clock: Clock;
  readonly steadyClock: Clock;
  readonly visit: Visit;
  /** How many visits go on at a time; `MOST_UNDER_WAY` by default. */
  readonly mostUnderWay?: number;
  /** Told when looking at feeds fails here, or following them. */
  readonly onError: (error: unknown) => void;
}

/** Sees to it that every feed of the partitions held is visited when its time comes. */
export interface Poller {
  take(holding: Holding): void;
  /** Resolves when nothing of the partition is written any more. */
  leave(partition: number): Promise<void>;
  /** Resolves when no visit goes on. */
  settled(): Promise<void>;
}

interface Held {
  readonly holding: Holding;
  readonly tail: DocumentTail;
  readonly entries: Map<string, Entry>;
}

interface Entry {
  readonly id: string;
  readonly held: Held;
  /** The only one that counts; undefined while a visit goes on, and where none is to come. */
  ticket: Ticket | undefined;
  isUnderWay: boolean;
  /** Somebody asked for it while a visit went on. */
  isAskedAgain: boolean;
}

interface Ticket {
  readonly atMs: number;
  readonly entry: Entry;
}

/**
 * A feed that is told of is due at once: its visit finds out when it is due in truth, by one small read. So a
 * server that takes a partition knows all of it within seconds, and needs no memory of its feeds but this.
 */
export function createPoller(parts: PollerParts): Poller {
  const { clock, steadyClock, visit, mostUnderWay = MOST_UNDER_WAY, onError } = parts;
  const partitions = new Map<number, Held>();
  const queue = new Heap<Ticket>(({ atMs }) => atMs);
  const visits = new Set<Promise<void>>();
  let entries = 0;
  let alarm: { readonly atMs: number; readonly callOff: () => void } | undefined;

  function isValid(ticket: Ticket): boolean {
    return ticket.entry.ticket === ticket;
  }

  function schedule(entry: Entry, atMs: number): void {
    entry.ticket = { atMs, entry };
    queue.push(entry.ticket);
    // Tickets that were replaced stay in the queue until their time; here when they are most of it.
    if (queue.size > 2 * entries + 1000) queue.keep(isValid);
    look();
  }

  /** Begins what is due, as far as there is room, and wakes for the next. */
  function look(): void {
    while (visits.size < mostUnderWay) {
      const ticket = queue.top;
      if (ticket === undefined) break;
      if (isValid(ticket) && ticket.atMs > clock.nowMs()) {
        wakeAt(ticket.atMs);
        return;
      }
      queue.pop();
      if (isValid(ticket)) begin(ticket.entry);
    }
  }

  function wakeAt(atMs: number): void {
    if (alarm !== undefined && alarm.atMs <= atMs) return;
    alarm?.callOff();
    const callOff = clock.alarm(atMs, () => {
      alarm = undefined;
      look();
    });
    alarm = { atMs, callOff };
  }

  function begin(entry: Entry): void {
    entry.ticket = undefined;
    entry.isUnderWay = true;
    const visited = go(entry, userOf(entry.id)).finally(() => {
      visits.delete(visited);
      look();
    });
    visits.add(visited);
  }

  async function go(entry: Entry, user: UserKey): Promise<void> {
    const { held, id } = entry;
    let nextMs: number | undefined;
    try {
      nextMs = await visit(user, held.holding);
    } catch (error) {
      nextMs = clock.nowMs() + AGAIN_MS;
      if (!held.holding.isLeft && !(error instanceof Left)) onError(error);
    }
    entry.isUnderWay = false;
    const isThere = !held.holding.isLeft && held.entries.get(id) === entry;
    if (!isThere) return;
    if (entry.isAskedAgain) nextMs = clock.nowMs();
    entry.isAskedAgain = false;
    // One that isn't there any more has yet to be told of.
    if (nextMs !== undefined) schedule(entry, nextMs);
  }

  function onPut(held: Held, id: string): void {
    const known = held.entries.get(id);
    if (known === undefined) {
      const entry = { id, held, ticket: undefined, isUnderWay: false, isAskedAgain: false };
      held.entries.set(id, entry);
      entries++;
      schedule(entry, clock.nowMs());
    } else if (known.isUnderWay) known.isAskedAgain = true;
    else schedule(known, clock.nowMs());
  }

  function forget(held: Held, entry: Entry): void {
    entry.ticket = undefined;
    if (held.entries.delete(entry.id)) entries--;
  }

  return {
    take(holding) {
      const held: Held = {
        holding,
        entries: new Map(),
        tail: createDocumentTail({
          documents: holding.documents,
          collection: FEED_INDEX,
          steadyClock,
          onPut: (id) => onPut(held, id),
          onRemoved(id) {
            const entry = held.entries.get(id);
            if (entry !== undefined) forget(held, entry);
          },
          onError,
        }),
      };
      partitions.set(holding.lease.partition, held);
    },

    async leave(partition) {
      const held = partitions.get(partition);
      if (held === undefined) return;
      partitions.delete(partition);
      for (const entry of held.entries.values()) forget(held, entry);
      queue.keep(isValid);
      if (partitions.size === 0) {
        alarm?.callOff();
        alarm = undefined;
      }
      await Promise.all([held.tail.stop(), held.holding.leave()]);
    },

    async settled() {
      while (visits.size > 0) await Promise.all(visits);
    },
  };
}
