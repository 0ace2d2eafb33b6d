import type { Clock } from '../clock.ts';
import type { Place } from '../store/place.ts';
import type { FeedItem, FeedPage, PresenceStore } from '../store/store.ts';
import { catchUp } from './catch-up.ts';
import { placeOnly, type Telling } from './events.ts';
import type { Followed } from './followed.ts';
import { Places } from './places.ts';
import type { ShownNumbers, Stream } from './stream.ts';
import type { Watchers } from './watchers.ts';

/** What a stream is told before it follows the feed. */
export interface Beginning {
  readonly text: string;
  /** The rest of a snapshot that doesn't come in one piece. */
  readonly more?: AsyncIterable<string>;
  /** The place after which it is told of every change. */
  readonly after: Place;
  readonly shown?: ShownNumbers;
}

export interface StartParts {
  readonly store: PresenceStore;
  readonly clock: Clock;
  readonly followed: Followed;
  /** Those who are told with the others. */
  readonly watchers: Watchers<Stream>;
  readonly tellingOf: (item: FeedItem) => Telling;
  /** Whether each event has its place for an id. */
  readonly hasPlaceInEach: boolean;
}

/**
 * Tells a stream its beginning and what the feeds have since, until it can follow with the others, when
 * `opened` has resolved. @throws StoreUnavailable
 */
export type Start = (stream: Stream, beginning: Beginning, opened: Promise<void>) => Promise<void>;

export function createStart(parts: StartParts): Start {
  const { store, clock, followed, watchers, tellingOf, hasPlaceInEach } = parts;

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

  return async (stream, { text, more }, opened) => {
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
  };
}
