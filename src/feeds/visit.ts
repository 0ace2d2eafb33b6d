import type { Clock } from '../clock.ts';
import type { Mailboxes } from '../mailbox/mailboxes.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { Random } from '../random.ts';
import { DocumentsChanged } from '../store/errors.ts';
import type { UserKey } from '../store/store.ts';
import { HORIZON_MS, LOOK_BACK_MS } from './bounds.ts';
import { type Feed, isCurrent, type Reading } from './feed.ts';
import { type Fetched, fetchFeed } from './fetch.ts';
import type { Holding } from './holding.ts';
import type { People } from './people.ts';
import type { Reader } from './reader.ts';
import { restAfterFailure, restAfterGood } from './schedule.ts';
import { deliver, end } from './source.ts';
import { feedEdit, type KeptFeed, readFeed } from './stored-feed.ts';

export interface VisitParts {
  readonly mailboxes: Mailboxes;
  readonly outbound: Pick<Outbound, 'send'>;
  readonly reader: Reader;
  readonly people: People;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: Random;
  /** How often feeds are fetched when nothing else is said. */
  readonly everyMs: number;
}

/** Looks at a feed: fetches it when its time has come. When to look again; undefined where there is none. */
export type Visit = (user: UserKey, holding: Holding) => Promise<number | undefined>;

/** Too much else was under way. */
const BUSY_MS = 60_000;

/** How often the outcome is written down anew because somebody asked for the feed meanwhile. */
const MOST_TRIES = 5;

/** What becomes of a feed, whatever it is by the time this is written. */
type Outcome = (feed: Feed) => Feed;

/**
 * Spans come first and the feed's state after them: a server that dies between the two leaves a feed that is
 * read once more. What the state was when the visit began is a condition only as far as it is the same feed.
 */
export function createVisit(parts: VisitParts): Visit {
  const { mailboxes, outbound, reader, people, clock, random, everyMs } = parts;

  function failed(reason: string, retryAfterMs = 0): Outcome {
    return (feed) => {
      const pace = { everyMs, random: random(feed.url) };
      const failures = feed.failures + 1;
      const restMs = restAfterFailure(failures, retryAfterMs, pace);
      return {
        ...feed,
        state: 'failed',
        lastFetchedMs: clock.nowMs(),
        nextFetchMs: clock.nowMs() + restMs,
        failures,
        failure: reason,
      };
    };
  }

  /** @param changes what else is new */
  function good(restMs: number, changes: Partial<Feed> = {}): Outcome {
    return (feed) => {
      const pace = { everyMs, random: random(feed.url) };
      const known = { ...feed, ...changes };
      const rest = restAfterGood(Math.max(restMs, known.content?.restMs ?? 0), pace);
      return {
        ...known,
        state: 'good',
        lastFetchedMs: clock.nowMs(),
        lastGoodMs: clock.nowMs(),
        nextFetchMs: clock.nowMs() + rest,
        failures: 0,
        failure: null,
      };
    };
  }

  /** What came of the answer; undefined when nothing was tried, or it isn't ours to say any more. */
  async function outcomeOf(
    fetched: Fetched,
    { user, feed, readAs, asOfMs, holding }: Look,
  ): Promise<Outcome | undefined> {
    switch (fetched.kind) {
      case 'busy':
        return undefined;
      case 'failed':
        return failed(fetched.reason, fetched.retryAfterMs);
      case 'not modified':
        return good(fetched.restMs);
    }
    const { bytes, contentType, restMs, validators } = fetched;
    const isKnown = isCurrent(feed.content, readAs, asOfMs);
    const answer = await reader.read({
      bytes,
      contentType,
      readAs,
      fromMs: asOfMs - LOOK_BACK_MS,
      toMs: asOfMs + HORIZON_MS,
      knownHash: (isKnown && feed.content?.hash) || null,
    });
    if (answer.kind === 'unread') return undefined;
    if (answer.kind === 'bad') return failed(answer.reason);
    if (answer.kind === 'unchanged') return good(restMs, validators);
    const { spans, hash, knownUntilMs, events, skipped } = answer;
    const { generation } = feed;
    const isTaken = await deliver(mailboxes, user, 'feed', { generation, spans }, holding);
    if (!isTaken) return undefined;
    const expandAtMs = asOfMs + (knownUntilMs - asOfMs) / 2;
    const content = { hash, readAs, knownUntilMs, expandAtMs, restMs: answer.restMs };
    return good(restMs, { ...validators, events, skipped, content });
  }

  /** What the feed is by now; undefined when it is gone, or another one. */
  async function settle(
    { user, holding, feed }: Look,
    found: KeptFeed,
    outcome: Outcome,
  ): Promise<Feed | undefined> {
    let kept: KeptFeed | undefined = found;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const next = outcome(kept.feed);
      try {
        const edit = feedEdit(user, next, kept);
        await holding.write(() => holding.documents.write([edit], holding.lease));
        return next;
      } catch (error) {
        if (!(error instanceof DocumentsChanged)) throw error;
      }
      kept = await readFeed(holding.documents, user);
      if (kept?.feed.generation !== feed.generation) return undefined;
    }
    return kept.feed;
  }

  return async (user, holding) => {
    const found = await readFeed(holding.documents, user);
    if (found === undefined) return undefined;
    const { feed } = found;
    const asOfMs = clock.nowMs();
    if (feed.nextFetchMs > asOfMs) return feed.nextFetchMs;
    if (!people.isKnown(user)) return asOfMs + everyMs;

    const home = (await mailboxes.zoneOf(user)).name;
    const readAs = { home, addresses: feed.addresses ?? people.addressesOf(user) };
    const look = { user, holding, feed, readAs, asOfMs };
    const known = isCurrent(feed.content, readAs, asOfMs) ? feed : null;
    const fetched = await fetchFeed(feed.url, known, { outbound, nowMs: () => clock.nowMs() });
    if (holding.isLeft) return undefined;
    const outcome = await outcomeOf(fetched, look);
    if (outcome === undefined) return clock.nowMs() + BUSY_MS;
    const settled = await settle(look, found, outcome);
    if (settled !== undefined) return settled.nextFetchMs;
    // It went while it was read; so does what was read.
    const isGone = (await readFeed(holding.documents, user)) === undefined;
    // Of somebody who is no longer known, the mailbox goes as a whole.
    if (isGone && people.isKnown(user)) {
      await holding.write(() => end(mailboxes, user, 'feed', feed.generation));
    }
    return isGone ? undefined : clock.nowMs();
  };
}

interface Look {
  readonly user: UserKey;
  readonly holding: Holding;
  readonly feed: Feed;
  readonly readAs: Reading;
  /** When the visit began. */
  readonly asOfMs: number;
}
