import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { GraphError } from '../graph/error.ts';
import type { FeedTails } from '../presence/feed-tails.ts';
import { partitionsOf } from '../store/partition.ts';
import type { Place } from '../store/place.ts';
import type { FeedItem, PresenceStore } from '../store/store.ts';
import { Beat } from './beat.ts';
import { Connection } from './connection.ts';
import { KEEP_ALIVE, keepAlive, placeOnly, Telling } from './events.ts';
import { Followed } from './followed.ts';
import { Pending } from './pending.ts';
import { Places } from './places.ts';
import { Seats } from './seats.ts';
import { type Beginning, createStart } from './start.ts';
import { Stream } from './stream.ts';
import type { Watch } from './watch.ts';
import { Watchers } from './watchers.ts';

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
  readonly steadyClock: Clock;
  /** Told when a stream can't be read on from the feed; it is ended then. */
  readonly onError: (error: unknown) => void;
  readonly seats?: Seats;
}

export function createHub(parts: HubParts): Hub {
  const { store, tails, clock, steadyClock, onError, seats = new Seats() } = parts;
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
    steadyClock,
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
  const begin = createStart({ store, clock, followed, watchers, tellingOf, hasPlaceInEach });

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
