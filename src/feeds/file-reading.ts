import type { Clock } from '../clock.ts';
import type { Mailboxes } from '../mailbox/mailboxes.ts';
import { HORIZON_MS, LOOK_BACK_MS } from './bounds.ts';
import { isCurrent } from './feed.ts';
import { type CalendarFile, readFolderFile } from './folder-files.ts';
import type { Holding } from './holding.ts';
import type { People } from './people.ts';
import type { Reader } from './reader.ts';
import { deliver } from './source.ts';
import type { StoredFile } from './stored-file.ts';

/** A folder has no generations: it never ends, and the last look counts. */
export const GENERATION = 1;

export interface FileReadingParts {
  readonly mailboxes: Mailboxes;
  readonly reader: Reader;
  readonly people: People;
  readonly clock: Clock;
}

/**
 * Takes in a calendar's file. What is known of it now; the same as before when there is nothing new, and
 * undefined when it couldn't be looked at, which is no fault of its own.
 */
export type FileReading = (
  file: CalendarFile,
  before: StoredFile | undefined,
  holding: Holding,
) => Promise<StoredFile | undefined>;

export function createFileReading({
  mailboxes,
  reader,
  people,
  clock,
}: FileReadingParts): FileReading {
  return async (file: CalendarFile, before: StoredFile | undefined, holding: Holding) => {
    const { user, path, address, stamp } = file;
    const asOfMs = clock.nowMs();
    const home = (await mailboxes.zoneOf(user)).name;
    const addresses = [...new Set([...people.addressesOf(user), ...(address ? [address] : [])])];
    const readAs = { home, addresses };
    const content = before?.content ?? null;
    const isUsed = isCurrent(content, readAs, asOfMs);
    if (before?.stamp === stamp && before.failure === null && isUsed) return before;

    const failed = (failure: string): StoredFile => ({ stamp, content, failure });
    let bytes: Uint8Array<ArrayBuffer> | string;
    try {
      bytes = await readFolderFile(path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' ? undefined : failed(`it cannot be read (${code})`);
    }
    if (typeof bytes === 'string') return failed(bytes);
    const answer = await reader.read({
      bytes,
      contentType: '',
      readAs,
      fromMs: asOfMs - LOOK_BACK_MS,
      toMs: asOfMs + HORIZON_MS,
      knownHash: (isUsed && content?.hash) || null,
    });
    if (answer.kind === 'unread') return undefined;
    if (answer.kind === 'bad') return failed(answer.reason);
    if (answer.kind === 'unchanged') return { stamp, content, failure: null };
    const { spans, hash, knownUntilMs, restMs } = answer;
    await deliver(mailboxes, user, 'folder', { generation: GENERATION, spans }, holding);
    const expandAtMs = asOfMs + (knownUntilMs - asOfMs) / 2;
    return { stamp, content: { hash, readAs, knownUntilMs, expandAtMs, restMs }, failure: null };
  };
}
