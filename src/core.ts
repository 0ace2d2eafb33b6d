import type { Logger } from 'pino';
import { endingByOurClock } from './auth/token-time.ts';
import { createVerifier, type TokenVerifier } from './auth/verifier.ts';
import type { Clock } from './clock.ts';
import { knownCallersOnly } from './directory/known-callers.ts';
import { createPhotos } from './directory/photos.ts';
import { type Following, type FollowingParts, openFollowing } from './following.ts';
import { createHistory } from './history/history.ts';
import type { ReportFault } from './http/answer.ts';
import type { Mount } from './http/handler.ts';
import { adminRoutes } from './http/operations/admin.ts';
import { presenceRoutes } from './http/operations/all.ts';
import { calendarFeedRoutes } from './http/operations/calendar-feed/routes.ts';
import { directoryRoutes } from './http/operations/directory/routes.ts';
import { explainPresence } from './http/operations/explain-presence.ts';
import { historyRoutes } from './http/operations/history/routes.ts';
import type { Route } from './http/route.ts';
import { createCalendars } from './mailbox/events/calendars.ts';
import { createPresenceService, type PresenceService } from './presence/service.ts';
import { EVERYONE_SEES_EVERYONE, forListedReaders } from './presence/visibility.ts';
import { openProvisioning, type Provisioning } from './provisioning.ts';
import type { Randomness } from './random.ts';
import type { ServerConfig, ServerParts } from './server-parts.ts';
import { streamRoutes } from './stream/routes.ts';

export interface CoreParts extends Omit<ServerParts, 'steadyClock' | 'randomness'> {
  readonly steadyClock: Clock;
  readonly randomness: Randomness;
  /** By what clients know the server. */
  readonly origin: () => string;
  /** What is to go wrong with notifications. */
  readonly mishaps?: FollowingParts['mishaps'];
  /** Told of what became of a subscription because its time had come. */
  readonly onDue?: FollowingParts['onDue'];
  readonly log: Logger;
  readonly report: ReportFault;
}

/** All of a server but its ports and the frame around its addresses: what works on one store. */
export interface Core {
  readonly following: Following;
  readonly presence: PresenceService;
  readonly provisioning: Provisioning;
  readonly verifier: TokenVerifier;
  /** Graph's operations, the same ones whatever the store. */
  readonly routes: readonly Route[];
  /** Porchlight's own. */
  readonly ownRoutes: readonly Route[];
  readonly mounts: readonly Mount[];
  /** Resolves when its share of the work has begun. */
  start(): Promise<void>;
  /** Ends the streams, so that whoever waits for connections to end doesn't wait for them. */
  endStreams(): void;
  /** Ends its work, and keeps the store open. */
  stop(): Promise<void>;
}

/** Takes what is kept, and begins no work yet. Rejects as `openFollowing`. */
export async function openCore(config: ServerConfig, parts: CoreParts): Promise<Core> {
  const { store, clock, steadyClock, randomness, directory, log, report } = parts;
  const { publicOrigin, trustProxy } = config;
  const isProvisioned = directory.ledger !== undefined;
  const { visibility: rules = EVERYONE_SEES_EVERYONE } = parts;
  const visibility = isProvisioned ? forListedReaders(rules, directory) : rules;
  const presence = createPresenceService({ store, clock, directory, visibility });

  const following = await openFollowing({ ...parts, ...config, visibility });
  const { notifier, subscriptions, shifts, hub, mailboxes, feeds } = following;

  const newId = randomness.uuid;
  const calendars = createCalendars({ mailboxes, clock, directory, newId });
  const { historyMs = () => config.feedRetentionMs } = config;
  const history = createHistory({ store, clock, retentionMs: historyMs });
  const photos = createPhotos({
    store,
    directory,
    onError: (error) => log.error({ err: error }, 'a photo could not be read'),
  });
  const { tokenClock = clock } = parts;
  const judging = createVerifier({
    issuers: parts.issuers,
    clock: tokenClock,
    onVerified: directory.learn,
    userNamed: (tenantId, name) => directory.ledger?.byExternalId(tenantId, name)?.id,
  });
  const verifier =
    tokenClock === clock
      ? judging
      : endingByOurClock(judging, () => clock.nowMs() - tokenClock.nowMs());
  const provisioning = openProvisioning({
    ...{ store, clock, steadyClock, randomness, directory, shifts, verifier },
    ...{ publicOrigin, trustProxy, report, log },
    secrets: config.provisioning ?? [],
    told: following.told,
    rights: [subscriptions.removeOf],
    // A calendar that others keep goes first: it would be put into the mailbox again.
    belongings: [
      (user) => feeds.forget(user),
      (user) => mailboxes.erase(user),
      photos.remove,
      history.erase,
    ],
    restore: (user) => mailboxes.refill(user),
  });

  return {
    following,
    presence,
    provisioning,
    verifier: isProvisioned ? knownCallersOnly(verifier, directory) : verifier,
    routes: [
      ...presenceRoutes({ presence, subscriptions, mailboxes, calendars, clock }, directory),
      ...directoryRoutes({ directory, photos }),
    ],
    ownRoutes: [
      ...streamRoutes({ presence, store, directory, visibility, hub }),
      ...adminRoutes({ courier: notifier, subscriptions }),
      ...calendarFeedRoutes({ feeds, directory }),
      explainPresence({ presence, clock, directory }),
      ...historyRoutes({ presence, history, clock }),
    ],
    mounts: provisioning.mounts,

    async start() {
      await following.start();
      provisioning.start();
    },

    endStreams: () => hub.close(),

    async stop() {
      hub.close();
      await provisioning.stop();
      await following.stop();
    },
  };
}
