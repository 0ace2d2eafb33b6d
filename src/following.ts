import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { type CalendarSources, createFeeds, type Feeds } from './feeds/feeds.ts';
import type { Profile } from './graph/settable.ts';
import type { Mailboxes } from './mailbox/mailboxes.ts';
import { createRefills } from './mailbox/refills.ts';
import { createMailboxes } from './mailbox/service.ts';
import { createWindowOf } from './mailbox/window.ts';
import { createEncryptor } from './notifications/encryption.ts';
import type { Encryptor, ValidationTokens } from './notifications/encryptor.ts';
import type { Mishaps } from './notifications/mishaps.ts';
import { Notifier } from './notifications/notifier.ts';
import { recipientOf } from './notifications/recipient.ts';
import { type DeliveryTerms, GRAPH_TERMS } from './notifications/terms.ts';
import type { Outbound } from './outbound/outbound.ts';
import type { Directory } from './presence/directory.ts';
import { createFeedTails } from './presence/feed-tails.ts';
import { EVERYONE_SEES_EVERYONE, type Visibility } from './presence/visibility.ts';
import type { Randomness } from './random.ts';
import { createShifts, type Shifts } from './shifts.ts';
import type { PresenceStore } from './store/store.ts';
import { createHub, type Hub } from './stream/hub.ts';
import { createHandshake } from './subscriptions/handshake.ts';
import { createRegistry, type Registry } from './subscriptions/registry.ts';
import {
  createSubscriptionService,
  type SubscriptionService,
  type SubscriptionServiceParts,
} from './subscriptions/service.ts';

export interface FollowingParts {
  readonly store: PresenceStore;
  readonly clock: Clock;
  /** A clock that never steps. */
  readonly steadyClock: Clock;
  readonly randomness: Randomness;
  readonly profile: Profile;
  readonly directory: Directory;
  readonly visibility: Visibility;
  /** Reaches receivers of notifications. */
  readonly outbound: Outbound;
  /** Encrypts resource data. Closed by `stop`; in this thread by default. */
  readonly encryptor?: Encryptor;
  readonly validationTokens: (origin: () => string) => ValidationTokens;
  /** By what clients know the server. */
  readonly origin: () => string;
  readonly feedRetentionMs: number;
  /** Told of what became of a subscription because its time had come. */
  readonly onDue?: SubscriptionServiceParts['onDue'] | undefined;
  /** Other people's calendars. */
  readonly calendars?: CalendarSources;
  /** Where delivery is to be more or less patient than Graph. */
  readonly delivery?: Partial<DeliveryTerms>;
  /** What goes wrong on the way to receivers on purpose; nothing by default. */
  readonly mishaps?: Mishaps | undefined;
  readonly log: Logger;
}

/** What follows the feed and sees to it: who is told of changes, and which server does the work on it. */
export interface Following {
  readonly notifier: Notifier;
  readonly subscriptions: SubscriptionService;
  readonly shifts: Shifts;
  readonly hub: Hub;
  readonly mailboxes: Mailboxes;
  readonly feeds: Feeds;
  /** Resolves when those who follow changes on this server have been told of all that were committed. */
  told(): Promise<void>;
  /** Does what is due by now, and resolves when nothing of it is under way any more. */
  settled(): Promise<void>;
  /** Resolves when this server's share of the work has begun. */
  start(): Promise<void>;
  /** Ends everything that follows the feed, but for the streams. */
  stop(): Promise<void>;
}

/** Takes the subscriptions that are kept, and begins no work yet. Rejects as `SubscriptionService.load`. */
export async function openFollowing(parts: FollowingParts): Promise<Following> {
  const { store, clock, profile, directory, visibility, outbound, log } = parts;
  const { steadyClock, encryptor = createEncryptor() } = parts;
  const { random, uuid } = parts.randomness;

  const registry = createRegistry();
  const tails = createFeedTails({
    store,
    steadyClock,
    onError: (error) => log.error({ err: error }, 'reading the feed failed'),
  });
  const notifier = new Notifier({
    store,
    clock,
    steadyClock,
    tails,
    turns: { lease: (partition) => shifts.lease(partition) },
    subscribed: () => subscriptions.settled(),
    matching: visibleTo(visibility, registry.matching),
    outbound,
    ...(parts.mishaps && { mishaps: parts.mishaps }),
    encryptor,
    tokens: parts.validationTokens(parts.origin),
    random,
    terms: { ...GRAPH_TERMS, dropsForHanging: profile === 'graph', ...parts.delivery },
    log,
  });
  const subscriptions = createSubscriptionService({
    documents: store.documents,
    registry,
    clock,
    steadyClock,
    directory,
    courier: notifier,
    // Its own affairs are the business of whoever has the partition of its id.
    isOurTurn: ({ tenantId, id }) =>
      shifts.lease(store.partitionOf({ tenantId, userId: id })) !== undefined,
    handshake: createHandshake({ outbound, randomUUID: uuid }),
    refusal: (url) => outbound.refusal(url),
    checkCertificate(certificate, certificateId, atMs) {
      const recipient = recipientOf(certificate, certificateId, atMs);
      return typeof recipient === 'string' ? recipient : undefined;
    },
    randomUUID: uuid,
    ...(parts.onDue && { onDue: parts.onDue }),
    onError: (error) => log.error({ err: error }, 'looking after a subscription failed'),
  });
  await subscriptions.load();
  const mailboxes = createMailboxes({
    store,
    clock,
    directory,
    windowOf: createWindowOf({
      turn: () => new Promise((resolve) => setImmediate(resolve)),
      onProblem: (user, what, error) =>
        log.error({ err: error, ...user }, `of a mailbox, ${what} could not be used`),
    }),
  });
  const refills = createRefills({
    refill: (user) => mailboxes.refill(user),
    onError: (error) => log.error({ err: error }, 'looking at a calendar failed'),
  });
  const feeds = createFeeds({
    store,
    mailboxes,
    clock,
    steadyClock,
    directory,
    outbound,
    random,
    sources: parts.calendars ?? {},
    onRefused: (file, reason) => log.warn({ file, reason }, 'a calendar file is not used'),
    onError: (error) => log.error({ err: error }, 'looking after calendar feeds failed'),
  });
  const shifts = createShifts({
    store,
    clock,
    steadyClock,
    notifier,
    refills,
    feeds,
    retentionMs: parts.feedRetentionMs,
    onError: (what, error) => log.error({ err: error }, what),
  });
  const hub = createHub({
    store,
    tails,
    clock,
    steadyClock,
    onError: (error) => log.error({ err: error }, 'a stream could not be read on'),
  });

  return {
    notifier,
    subscriptions,
    shifts,
    hub,
    mailboxes,
    feeds,
    told: tails.settled,

    async settled() {
      await shifts.tick();
      await subscriptions.sweep();
      await feeds.settled();
      await tails.settled();
      await notifier.settled();
    },

    async start() {
      notifier.start();
      await shifts.start();
      await subscriptions.start();
    },

    async stop() {
      await shifts.stop();
      await refills.stop();
      await subscriptions.stop();
      await tails.stop();
      await notifier.stop();
      await feeds.stop();
      await encryptor.close();
    },
  };
}

/** Of those that a user's changes concern, the ones whose makers may see the user. Asked for every change. */
function visibleTo(visibility: Visibility, matching: Registry['matching']): Registry['matching'] {
  if (visibility === EVERYONE_SEES_EVERYONE) return matching;
  return (tenantId, userId) =>
    matching(tenantId, userId).filter((subscription) => visibility.by(subscription)(userId));
}
