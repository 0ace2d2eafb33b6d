import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { GraphError } from '../graph/error.ts';
import type { FeedTails } from '../presence/feed-tails.ts';
import type { Place } from '../store/place.ts';
import type { FeedItem, FeedPage, PresenceStore } from '../store/store.ts';
import { Beat } from './beat.ts';
import { catchUp } from './catch-up.ts';
import { Connection } from './connection.ts';
import { KEEP_ALIVE, keepAlive, placeOnly, Telling } from './events.ts';
import { Followed } from './followed.ts';
import { partitionsOf } from './partitions.ts';
import { Pending } from './pending.ts';
import { Places } from './places.ts';
import { Seats } from './seats.ts';
import { type ShownNumbers, Stream } from './stream.ts';
import type { Watch } from './watch.ts';
import { Watchers } from './watchers.ts';

/** What a stream is told before it follows the feed. */
export interface Beginning {
  readonly text: string;
  /** The rest of a snapshot that doesn't come in one piece. */
  readonly more?: AsyncIterable<string>;
  /** The place after which it is told of every change. */
  readonly after: Place;
  readonly shown?: ShownNumbers;
}

/** All open streams, and what brings them each change. */
export interface Hub {
  /**
   * Takes room for a stream; gives back how to give it back.
   * @throws GraphError 429 or 503
   */
  takeSeat(of: { readonly tenantId: string; readonly appId: string }): () => void;
  /**
   * How far this server knows the feeds: where a stream begins in partitions that aren't its own.
   * @throws StoreUnavailable
   */
  place(): Promise<Place>;
  /** Makes an answer, of which the head is written, a stream. `leave` is called once it has ended. */
  open(response: ServerResponse, watch: Watch, beginning: Beginning, leave: () => void): void;
  /** How many streams are open. */
  readonly size: number;
  /** Ends all streams, and takes no more. */
  close(): void;
}

export interface HubParts {
  readonly store: PresenceStore;
  readonly tails: FeedTails;
  readonly clock: Clock;
  /** Told when a stream can't be read on from the feed; it is ended then. */
  readonly onError: (error: unknown) => void;
  readonly seats?: Seats;
}

export function createHub({ store, tails, clock, onError, seats = new Seats() }: HubParts): Hub {
  const streams = new Set<Stream>();
  const watchers = new Watchers<Stream>();
  const followed = new Followed({ store, tails, onPage });
  /**
   * With one partition each event has its place for an id. With more that would be a long text, another
   * one for each event, so it comes once after all that a stream is told at a time.
   */
  const hasPlaceInEach = store.partitions === 1;
  let isClosed = false;

  const beat = new Beat({
    clock,
    onKeepAlive() {
      const nothing = new Pending();
      const places = new Places(followed.place, keepAlive);
      const nowMs = clock.nowMs();
      for (const stream of streams) {
        if (stream.isLive) {
          stream.add(places.tell(stream, nowMs), nothing);
          stream.flush();
        } else if (stream.connection.backlog === 0) stream.connection.write(KEEP_ALIVE);
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

  const tellingOf = (item: FeedItem) => new Telling(item, hasPlaceInEach ? item.cursor : undefined);

  /** One page of a feed: each stream is told of all that concerns it with one write. */
  function onPage(partition: number, items: readonly FeedItem[]): void {
    if (streams.size === 0) return;
    const nothing = new Pending();
    const told: Stream[] = [];
    const tell = (telling: Telling, to: ReadonlySet<Stream>) => {
      for (const stream of to) {
        if (!stream.follows(partition)) continue;
        const text = stream.textOf(telling);
        if (text !== undefined && stream.add(text, nothing)) told.push(stream);
      }
    };
    for (const item of items) {
      const telling = tellingOf(item);
      tell(telling, watchers.ofUser(item));
      tell(telling, watchers.ofTenant(item.tenantId));
    }
    const places = new Places(followed.place, placeOnly);
    const nowMs = clock.nowMs();
    for (const stream of told) {
      // The alarm may be late, and nothing is told after the end of a token.
      if (stream.watch.expiresMs <= nowMs) {
        stream.end('tokenExpired');
        continue;
      }
      if (!hasPlaceInEach) {
        if (stream.mayBePlaced(nowMs)) stream.add(places.tell(stream, nowMs), nothing);
        else stream.lacksPlace = true;
      }
      stream.flush();
    }
  }

  /** Tells the beginning and what the feeds have since, until the stream can follow with the others. */
  async function begin(stream: Stream, { text, more }: Beginning, opened: Promise<void>) {
    const { connection } = stream;
    await connection.ready();
    connection.write(text);
    for await (const part of more ?? []) {
      await connection.drained();
      if (!connection.isOpen) return;
      connection.write(part);
    }
    await opened;
    if (!connection.isOpen) return;
    watchers.add(stream);
    await catchUp(stream, { store, followed, tell: tellRead });
    if (!connection.isOpen) return;
    stream.isLive = true;
    stream.passed(followed.place);
    if (stream.lacksPlace) connection.write(placeOf(stream));
  }

  function tellRead(stream: Stream, partition: number, { entries, cursor }: FeedPage): void {
    const texts = entries.map((item) => stream.textOf(tellingOf(item)));
    stream.hasRead(partition, cursor);
    const text = texts.filter((each) => each !== undefined).join('');
    if (text === '') return;
    stream.connection.write(text);
    if (hasPlaceInEach) return;
    stream.lacksPlace = !stream.mayBePlaced(clock.nowMs());
    if (!stream.lacksPlace) stream.connection.write(placeOf(stream));
  }

  function placeOf(stream: Stream): string {
    return new Places(followed.place, placeOnly).tell(stream, clock.nowMs());
  }

  return {
    takeSeat(of) {
      if (isClosed) throw new GraphError(503, 'ServiceUnavailable', 'The server is closing.');
      return seats.take(of);
    },

    async place() {
      await followed.look();
      return [...followed.place];
    },

    open(response, watch, beginning, leave) {
      let release = () => {};
      const connection = new Connection(response, () => {
        streams.delete(stream);
        watchers.remove(stream);
        release();
        leave();
      });
      const partitions = partitionsOf(watch.tenantId, watch.users, store);
      const { after, shown } = beginning;
      const stream = new Stream(watch, connection, partitions, after, shown);
      if (!connection.isOpen) return leave();
      streams.add(stream);
      if (isClosed) return stream.end('closing');
      const hold = followed.hold(partitions);
      release = hold.release;
      beat.noLaterThan(watch.expiresMs);
      begin(stream, beginning, hold.opened).catch((error: unknown) => {
        // A server that closes lets go of the feeds, too.
        if (!isClosed) onError(error);
        stream.end('fault');
      });
    },

    get size() {
      return streams.size;
    },

    close() {
      isClosed = true;
      beat.stop();
      for (const stream of streams) stream.end('closing');
    },
  };
}
