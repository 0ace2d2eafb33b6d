import type { Clock } from '../clock.ts';
import type { Mailboxes } from '../mailbox/mailboxes.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { Random } from '../random.ts';
import type { Lease, PresenceStore } from '../store/store.ts';
import { createFolderWatch } from './folder.ts';
import type { CalendarFolder } from './folder-files.ts';
import { Holding } from './holding.ts';
import { type PeopleDirectory, peopleOf } from './people.ts';
import { createPoller } from './poller.ts';
import { createReader, type Reader } from './reader.ts';
import { createFeedService, type FeedService } from './service.ts';
import { createVisit } from './visit.ts';

const POLL_EVERY_MS = 15 * 60_000;

/** Where other people's calendars come from, and who reads them. */
export interface CalendarSources {
  /** How often feeds are fetched when nothing else is said; 15 minutes by default. */
  readonly pollEveryMs?: number;
  /** A folder of calendars. */
  readonly folder?: CalendarFolder;
  /** Reaches calendars, by rules of their own. Closed by `stop`; that of notifications by default. */
  readonly outbound?: Outbound;
  /** Reads calendars. Closed by `stop`; in this thread by default. */
  readonly reader?: Reader;
}

export interface FeedsParts {
  readonly store: PresenceStore;
  readonly mailboxes: Mailboxes;
  readonly clock: Clock;
  readonly steadyClock: Clock;
  readonly directory: PeopleDirectory;
  readonly outbound: Outbound;
  readonly random: Random;
  readonly sources: CalendarSources;
  /** Told of a file that is left out or can't be read, once for each change of it. */
  readonly onRefused: (file: string, reason: string) => void;
  readonly onError: (error: unknown) => void;
}

/** Other people's calendars: who has which, and the work on those of the partitions held. */
export interface Feeds extends FeedService {
  /** Why an address could never be fetched from; undefined if it may. */
  refusal(url: string): string | undefined;
  /** Looks at the folder without waiting for its time; resolves when everything found was taken in. */
  lookAtFolder(): Promise<void>;
  /** Resolves when nothing is looked at; what is due later waits on. */
  settled(): Promise<void>;
  /** @param isHeld whether the lease surely holds, at the moment that it is asked */
  take(lease: Lease, isHeld: () => boolean): void;
  /** Resolves when nothing of the partition is written any more. */
  leave(partition: number): Promise<void>;
  /**
   * Hangs up, and closes what was handed in for calendars. Every partition must have been left, and the way
   * out of notifications be closed.
   */
  stop(): Promise<void>;
}

export function createFeeds(parts: FeedsParts): Feeds {
  const { store, mailboxes, clock, steadyClock, directory, random, sources, onError } = parts;
  const { pollEveryMs: everyMs = POLL_EVERY_MS, folder, outbound = parts.outbound } = sources;
  const { reader = createReader({ clock: steadyClock, onError }) } = sources;
  const people = peopleOf(directory);
  const visit = createVisit({ mailboxes, outbound, reader, people, clock, random, everyMs });
  const poller = createPoller({ clock, steadyClock, visit, onError });
  const watch = createFolderWatch({ ...parts, folder, reader, people });

  async function leave(partition: number): Promise<void> {
    await Promise.all([poller.leave(partition), watch.leave(partition)]);
  }

  return {
    ...createFeedService({ store, mailboxes, clock }),

    refusal: (url) => outbound.refusal(url),
    lookAtFolder: () => watch.look(),

    async settled() {
      await Promise.all([watch.settled(), poller.settled()]);
    },

    take(lease, isHeld) {
      // It may have been taken before, in vain.
      void leave(lease.partition);
      const holding = new Holding(store.documentsOf(lease.partition), lease, isHeld);
      poller.take(holding);
      watch.take(holding);
    },

    leave,

    async stop() {
      sources.outbound?.close();
      await reader.close();
      await Promise.all([watch.stop(), poller.settled()]);
    },
  };
}
