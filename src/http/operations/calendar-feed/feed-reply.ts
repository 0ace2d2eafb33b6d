import Type from 'typebox';
import type { Feed } from '../../../feeds/feed.ts';
import { shownUrl } from '../../../feeds/feed-url.ts';
import { nullable } from '../../body.ts';
import { json, type Reply } from '../../route.ts';

const dateTime = Type.String({ format: 'date-time' });

/** A feed, as answers carry it; for the documents, not for checking. */
export const feedSchema = Type.Object({
  origin: Type.String({ description: 'Scheme and host of its address. The rest is a secret.' }),
  urlFingerprint: Type.String({
    description: "The first 16 hexadecimal digits of the address's SHA-256.",
  }),
  addresses: nullable(
    Type.Array(Type.String(), {
      description: "The owner's mail addresses; null for those of the directory.",
    }),
  ),
  state: Type.Union((['waiting', 'good', 'failed'] as const).map((state) => Type.Literal(state))),
  failure: nullable(Type.String({ description: 'Why the last attempt was in vain.' })),
  lastFetchedDateTime: nullable(dateTime),
  lastGoodDateTime: nullable(dateTime),
  nextFetchDateTime: dateTime,
  knownUntilDateTime: nullable(
    Type.String({ format: 'date-time', description: 'Until when the last good one reaches.' }),
  ),
  eventCount: Type.Integer({ description: 'Events and series of the last good one.' }),
  skippedCount: Type.Integer({
    description: "Parts of it that couldn't be read; 101 stands for more.",
  }),
});

export function feedReply(feed: Feed): Reply {
  const { origin, fingerprint } = shownUrl(feed.url);
  return json(
    JSON.stringify({
      origin,
      urlFingerprint: fingerprint,
      addresses: feed.addresses,
      state: feed.state,
      failure: feed.failure,
      lastFetchedDateTime: timeOf(feed.lastFetchedMs),
      lastGoodDateTime: timeOf(feed.lastGoodMs),
      nextFetchDateTime: timeOf(feed.nextFetchMs),
      knownUntilDateTime: timeOf(feed.content?.knownUntilMs ?? null),
      eventCount: feed.events,
      skippedCount: feed.skipped,
    }),
  );
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
