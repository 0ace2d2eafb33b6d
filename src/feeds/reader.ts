import { type Clock, steadyClock } from '../clock.ts';
import { type Answer, type Question, readFeedText } from './read.ts';
import { createReaderThread } from './reader-thread.ts';

/** Reads calendars, one after another, so that none of them holds up anything else. */
export interface Reader {
  /** Takes the question's bytes away. Never rejects: what breaks on a calendar is that calendar's failure. */
  read(question: Question): Promise<Answer | Unread>;
  close(): Promise<void>;
}

/** It wasn't looked at, and that is no fault of the calendar's: too many wait, or the reader is closed. */
export interface Unread {
  readonly kind: 'unread';
}

export interface ReaderOptions {
  /** `reader-worker.js`, built. Without it everything happens in this thread. */
  readonly worker?: URL;
  /** A clock that never steps. */
  readonly clock?: Clock;
  /** Told of each thread that had to be ended, or ended by itself. */
  readonly onError?: (error: Error) => void;
}

export function createReader(options: ReaderOptions = {}): Reader {
  const { worker, clock = steadyClock, onError = () => {} } = options;
  return worker === undefined ? readerHere(onError) : createReaderThread(worker, clock, onError);
}

/** For tests, and programs that read what they trust: a calendar may take as long as it likes. */
function readerHere(onError: (error: Error) => void): Reader {
  return {
    async read(question) {
      try {
        return readFeedText(question);
      } catch (error) {
        onError(error instanceof Error ? error : new Error(String(error)));
        return { kind: 'bad', reason: 'it cannot be read' };
      }
    },
    async close() {},
  };
}
