import { alarmAtFirst, type Clock } from '../clock.ts';
import { NEVER_MS } from '../engine/facts.ts';
import { StoreUnavailable } from '../store/errors.ts';
import type { PresenceStore } from '../store/store.ts';
import { createFileReading, type FileReadingParts, GENERATION } from './file-reading.ts';
import {
  type CalendarFile,
  type CalendarFolder,
  type FolderListing,
  listFolder,
} from './folder-files.ts';
import { type Holding, Left } from './holding.ts';
import { deliver } from './source.ts';
import { userOf } from './stored-feed.ts';
import { fileEdit, type StoredFile, storedFiles } from './stored-file.ts';

/** How often it is looked whether files have changed. */
export const LOOK_EVERY_MS = 10_000;

/** How often it is looked whether a file means something else by now, though it be the same. */
const REREAD_EVERY_MS = 15 * 60_000;

export interface FolderParts extends FileReadingParts {
  /** None: then what an earlier one said is forgotten. */
  readonly folder: CalendarFolder | undefined;
  readonly store: Pick<PresenceStore, 'partitionOf'>;
  /** For looking whether files have changed. */
  readonly steadyClock: Clock;
  /** Told of a file that is left out or can't be read, once for each change of it. */
  readonly onRefused: (file: string, reason: string) => void;
  readonly onError: (error: unknown) => void;
}

/** Keeps up with a folder of calendars, for the users of the partitions held. */
export interface FolderWatch {
  take(holding: Holding): void;
  /** Resolves when nothing of the partition is written any more. */
  leave(partition: number): Promise<void>;
  /** Looks at once; resolves when everything found was taken in. */
  look(): Promise<void>;
  /** Resolves when it is not looking. */
  settled(): Promise<void>;
  /** Looks no more; resolves when nothing is under way. */
  stop(): Promise<void>;
}

const NOTHING: FolderListing = { files: new Map(), refused: new Map() };

interface Held {
  readonly holding: Holding;
  /** By `userId`; read when first looked at. */
  known: Map<string, StoredFile> | undefined;
  /** When a file that didn't change is to be read again; at once where nothing is said. */
  readonly rereadAtMs: Map<string, number>;
}

/**
 * Files are told apart by their times and sizes, looked at again and again: what a file system says of changes
 * by itself differs from one to the next, and says nothing of those made elsewhere.
 */
export function createFolderWatch(parts: FolderParts): FolderWatch {
  const { folder, store, mailboxes, people, clock, steadyClock, onRefused, onError } = parts;
  const readFile = createFileReading(parts);
  const partitions = new Map<number, Held>();
  let told: ReadonlyMap<string, string> = new Map();
  let looking: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  let callOff: (() => void) | undefined;
  let isStopped = false;

  /** What lies in the folder; undefined while it can't be read: then everything stays as it was. */
  async function list(): Promise<FolderListing | undefined> {
    if (folder === undefined) return NOTHING;
    try {
      return await listFolder(folder, people);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      tell(new Map([['.', `the folder cannot be read (${code})`]]));
      return undefined;
    }
  }

  function tell(refused: ReadonlyMap<string, string>): void {
    for (const [name, reason] of refused) {
      if (told.get(name) !== reason) onRefused(name, reason);
    }
    told = refused;
  }

  async function lookAround(): Promise<void> {
    const listing = await list();
    if (listing === undefined) return;
    tell(listing.refused);
    const byPartition = new Map<number, Map<string, CalendarFile>>();
    for (const [id, file] of listing.files) {
      const partition = store.partitionOf(file.user);
      const files = byPartition.get(partition) ?? new Map<string, CalendarFile>();
      byPartition.set(partition, files.set(id, file));
    }
    for (const [partition, held] of partitions) {
      try {
        await keepUp(held, byPartition.get(partition) ?? new Map());
      } catch (error) {
        if (!(error instanceof Left) && !held.holding.isLeft) onError(error);
      }
    }
  }

  async function keepUp(held: Held, files: ReadonlyMap<string, CalendarFile>): Promise<void> {
    held.known ??= await storedFiles(held.holding.documents);
    const { known, holding, rereadAtMs } = held;
    for (const id of known.keys()) {
      if (!files.has(id)) await forget(id, held, known);
    }
    for (const [id, file] of files) {
      if (isStopped || holding.isLeft) return;
      const isDue = (rereadAtMs.get(id) ?? 0) <= clock.nowMs();
      if (known.get(id)?.stamp === file.stamp && !isDue) continue;
      try {
        await takeIn(id, file, held, known);
      } catch (error) {
        // What one person's mailbox has is no reason to pass over the others'.
        if (error instanceof Left || error instanceof StoreUnavailable) throw error;
        onError(error);
      }
    }
  }

  async function forget(id: string, held: Held, known: Map<string, StoredFile>): Promise<void> {
    const { holding } = held;
    const nothing = { generation: GENERATION, spans: undefined };
    const user = userOf(id);
    // Of somebody who isn't known any more there is no mailbox either.
    if (people.isKnown(user)) await deliver(mailboxes, user, 'folder', nothing, holding);
    await holding.write(() => holding.documents.write([fileEdit(id, undefined)], holding.lease));
    known.delete(id);
    held.rereadAtMs.delete(id);
  }

  async function takeIn(
    id: string,
    file: CalendarFile,
    held: Held,
    known: Map<string, StoredFile>,
  ): Promise<void> {
    const { holding } = held;
    const before = known.get(id);
    const after = await readFile(file, before, holding);
    if (after === undefined) return;
    held.rereadAtMs.set(id, clock.nowMs() + REREAD_EVERY_MS);
    if (JSON.stringify(after) === JSON.stringify(before)) return;
    const { failure } = after;
    if (failure !== null && failure !== before?.failure) onRefused(file.path, failure);
    await holding.write(() => holding.documents.write([fileEdit(id, after)], holding.lease));
    known.set(id, after);
  }

  /** For changes in a while, and for what is to be read again at its time. */
  function lookLater(): void {
    callOff?.();
    const rereads = Array.from(partitions.values(), ({ rereadAtMs }) => [...rereadAtMs.values()]);
    const rereadMs = rereads.flat().reduce((a, b) => Math.min(a, b), NEVER_MS);
    callOff = alarmAtFirst(
      [
        [clock, rereadMs],
        [steadyClock, steadyClock.nowMs() + LOOK_EVERY_MS],
      ],
      () => void look(),
    );
  }

  /** One look after another; whoever asks while one goes on gets the next. */
  function look(): Promise<void> {
    callOff?.();
    next ??= looking.then(async () => {
      next = undefined;
      if (isStopped) return;
      await lookAround();
      // Without a folder, one look at each partition is all there is to do.
      if (isStopped || folder === undefined) return;
      lookLater();
    });
    looking = next;
    return next;
  }

  return {
    take(holding) {
      const held = { holding, known: undefined, rereadAtMs: new Map() };
      partitions.set(holding.lease.partition, held);
      void look();
    },

    async leave(partition) {
      const held = partitions.get(partition);
      partitions.delete(partition);
      await held?.holding.leave();
    },

    look,
    settled: () => looking,

    async stop() {
      isStopped = true;
      callOff?.();
      await looking;
    },
  };
}
