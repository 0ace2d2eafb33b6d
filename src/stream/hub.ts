import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import { GraphError } from '../graph/error.ts';
import type { FeedTail } from '../presence/feed-tail.ts';
import type { FeedCursor, FeedItem, PresenceStore } from '../store/store.ts';
import { Beat } from './beat.ts';
import { Connection } from './connection.ts';
import { KEEP_ALIVE, keepAlive, Telling } from './events.ts';
import { Pending } from './pending.ts';
import { Seats } from './seats.ts';
import { type ShownNumbers, Stream } from './stream.ts';
import type { Watch } from './watch.ts';
import { Watchers } from './watchers.ts';

/** Entries read at once for a stream that resumes. */
const PAGE = 500;

/** What a stream is told before it follows the feed. */
export interface Beginning {
  readonly text: string;
  /** The rest of a snapshot that doesn't come in one piece. */
  readonly more?: AsyncIterable<string>;
  /** The place in the feed after which it is told of every change. */
  readonly after: FeedCursor;
  readonly shown?: ShownNumbers;
}

/** All open streams, and what brings them each change. */
export interface Hub {
  /**
   * Takes room for a stream; gives back how to give it back.
   * @throws GraphError 429 or 503
   */
  takeSeat(of: { readonly tenantId: string; readonly appId: string }): () => void;
  /** Makes an answer, of which the head is written, a stream. `leave` is called once it has ended. */
  open(response: ServerResponse, watch: Watch, beginning: Beginning, leave: () => void): void;
  /** How many streams are open. */
  readonly size: number;
  /** Ends all streams, and takes no more. */
  close(): void;
}

export interface HubParts {
  readonly store: PresenceStore;
  readonly tail: FeedTail;
  readonly clock: Clock;
  /** Told when a stream can't be read on from the feed; it is ended then. */
  readonly onError: (error: unknown) => void;
  readonly seats?: Seats;
}

export function createHub({ store, tail, clock, onError, seats = new Seats() }: HubParts): Hub {
  const streams = new Set<Stream>();
  const watchers = new Watchers<Stream>();
  let isClosed = false;

  const beat = new Beat({
    clock,
    onKeepAlive() {
      const live = Buffer.from(keepAlive(tail.cursor));
      for (const stream of streams) {
        stream.passed(tail.cursor);
        if (stream.isLive) stream.tell(live);
        else if (stream.connection.backlog === 0) stream.connection.write(KEEP_ALIVE);
      }
    },
    onExpiry(nowMs) {
      let nextMs = Number.POSITIVE_INFINITY;
      for (const stream of streams) {
        const { expiresMs } = stream.watch;
        if (expiresMs <= nowMs) stream.end('tokenExpired');
        else if (expiresMs < nextMs) nextMs = expiresMs;
      }
      return nextMs;
    },
  });

  /** One page of the feed: each stream is told of all that concerns it with one write. */
  const unfollow = tail.follow((items) => {
    if (streams.size === 0) return;
    const nothing = new Pending();
    const told: Stream[] = [];
    const tell = (telling: Telling, to: ReadonlySet<Stream>) => {
      for (const stream of to) {
        const text = stream.textOf(telling);
        if (text !== undefined && stream.add(text, nothing)) told.push(stream);
      }
    };
    for (const item of items) {
      const telling = new Telling(item);
      tell(telling, watchers.ofUser(item));
      tell(telling, watchers.ofTenant(item.tenantId));
    }
    const nowMs = clock.nowMs();
    for (const stream of told) {
      // The alarm may be late, and nothing is told after the end of a token.
      if (stream.watch.expiresMs <= nowMs) stream.end('tokenExpired');
      else stream.flush();
    }
  });

  /** Tells the beginning and what the feed has since, until the stream can follow with the others. */
  async function begin(stream: Stream, { text, more }: Beginning): Promise<void> {
    const { connection } = stream;
    await connection.ready();
    connection.write(text);
    for await (const part of more ?? []) {
      await connection.drained();
      if (!connection.isOpen) return;
      connection.write(part);
    }
    for (;;) {
      await connection.drained();
      if (!connection.isOpen) return;
      // Nothing comes in between: from here on the tail tells all that comes after its place.
      if (stream.after >= tail.cursor) return follow(stream);
      await readOn(stream);
      await setImmediate();
    }
  }

  function follow(stream: Stream): void {
    stream.passed(tail.cursor);
    stream.isLive = true;
    watchers.add(stream);
  }

  async function readOn(stream: Stream): Promise<void> {
    const { entries, cursor } = await store.feed(0, stream.after, PAGE);
    const { start } = await store.feedBounds(0);
    if (stream.after < start) return stream.end('behind');
    const texts = concerned(entries, stream.watch).map((item) => stream.textOf(new Telling(item)));
    stream.after = cursor;
    const text = texts.filter((each) => each !== undefined).join('');
    if (text !== '') stream.connection.write(text);
  }

  return {
    takeSeat(of) {
      if (isClosed) throw new GraphError(503, 'ServiceUnavailable', 'The server is closing.');
      return seats.take(of);
    },

    open(response, watch, beginning, leave) {
      const connection = new Connection(response, () => {
        streams.delete(stream);
        watchers.remove(stream);
        leave();
      });
      const stream = new Stream(watch, connection, beginning.after, beginning.shown);
      if (!connection.isOpen) return leave();
      streams.add(stream);
      if (isClosed) return stream.end('closing');
      beat.noLaterThan(watch.expiresMs);
      begin(stream, beginning).catch((error: unknown) => {
        onError(error);
        stream.end('fault');
      });
    },

    get size() {
      return streams.size;
    },

    close() {
      isClosed = true;
      unfollow();
      beat.stop();
      for (const stream of streams) stream.end('closing');
    },
  };
}

function concerned(entries: readonly FeedItem[], { tenantId, users }: Watch): readonly FeedItem[] {
  const ofTenant = entries.filter((entry) => entry.tenantId === tenantId);
  if (users === 'tenant') return ofTenant;
  const watched = new Set(users);
  return ofTenant.filter(({ userId }) => watched.has(userId));
}
