import { ManualClock, systemClock } from '../../src/clock.ts';
import type { ServedDirectory } from '../../src/directory/directory.ts';
import { createDirectory } from '../../src/directory/fixed.ts';
import { createPhotos } from '../../src/directory/photos.ts';
import { openFaults } from '../../src/faults/open.ts';
import { createFeedService } from '../../src/feeds/service.ts';
import { createHistory } from '../../src/history/history.ts';
import { adminRoutes } from '../../src/http/operations/admin.ts';
import { presenceRoutes } from '../../src/http/operations/all.ts';
import { calendarFeedRoutes } from '../../src/http/operations/calendar-feed/routes.ts';
import { directoryRoutes } from '../../src/http/operations/directory/routes.ts';
import { explainPresence } from '../../src/http/operations/explain-presence.ts';
import { historyRoutes } from '../../src/http/operations/history/routes.ts';
import type { Route } from '../../src/http/route.ts';
import { createFeedTails } from '../../src/presence/feed-tails.ts';
import { createPresenceService } from '../../src/presence/service.ts';
import { EVERYONE_SEES_EVERYONE } from '../../src/presence/visibility.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { createHub } from '../../src/stream/hub.ts';
import { streamRoutes } from '../../src/stream/routes.ts';
import { Inboxes } from '../../src/testing/inboxes.ts';
import { testRoutes } from '../../src/testing/routes.ts';
import { clockRoutes } from '../../src/time/routes.ts';
import { timeTravel } from '../../src/time/travel.ts';
import { VirtualClock } from '../../src/time/virtual-clock.ts';
import { usageRoutes } from '../../src/usage/routes.ts';
import { exampleCalendars } from '../mailbox/example-calendars.ts';
import { exampleMailboxes } from '../mailbox/example-mailboxes.ts';
import { exampleSubscriptions } from '../subscriptions/example-service.ts';
import { recordingCourier } from '../subscriptions/recording-courier.ts';

/** The route table over a store of its own. */
export function exampleRoutes(
  directory: ServedDirectory = createDirectory('open', new Map()),
): readonly Route[] {
  const presence = createPresenceService({
    store: openMemoryStore(),
    clock: systemClock,
    directory,
  });
  const subscriptions = exampleSubscriptions(systemClock, directory);
  const mailboxes = exampleMailboxes(systemClock);
  const calendars = exampleCalendars(mailboxes, systemClock);
  return presenceRoutes(
    { presence, subscriptions, mailboxes, calendars, clock: systemClock },
    directory,
  );
}

/** Graph's operations on users, over a store of their own. */
export function exampleDirectoryRoutes(
  directory: ServedDirectory = createDirectory('open', new Map()),
): readonly Route[] {
  const onError = () => {};
  const photos = createPhotos({ store: openMemoryStore(), directory, onError });
  return directoryRoutes({ directory, photos });
}

/** The table of Porchlight's own addresses, over a store of its own. */
export function exampleOwnRoutes(
  directory: ServedDirectory = createDirectory('open', new Map()),
): readonly Route[] {
  const store = openMemoryStore();
  const clock = new ManualClock(0);
  const onError = () => {};
  const presence = createPresenceService({ store, clock, directory });
  const tails = createFeedTails({ store, steadyClock: clock, onError });
  const hub = createHub({ store, tails, clock, steadyClock: clock, onError });
  const subscriptions = exampleSubscriptions(clock, directory);
  const { courier } = recordingCourier();
  const mailboxes = exampleMailboxes(clock, store, directory);
  const feeds = { ...createFeedService({ store, mailboxes, clock }), refusal: () => undefined };
  return [
    ...streamRoutes({
      presence,
      store,
      directory,
      visibility: EVERYONE_SEES_EVERYONE,
      hub,
    }),
    ...adminRoutes({ courier, subscriptions }),
    ...calendarFeedRoutes({ feeds, directory }),
    explainPresence({ presence, clock, directory }),
    ...historyRoutes({
      presence,
      history: createHistory({ store, clock, retentionMs: () => 0 }),
      clock,
    }),
    ...clockRoutes(timeTravel(new VirtualClock(clock))),
    ...usageRoutes(undefined),
    ...openFaults({
      ...{ clock, steadyClock: clock, onError, resolve: directory.resolve },
      subscriptions: () => subscriptions,
      operations: () => new Set(),
    }).routes,
  ];
}

/** What a test in another language steers a server with: a server that is steered has it beside its own addresses. */
export function exampleTestRoutes(): readonly Route[] {
  const clock = new VirtualClock(systemClock);
  return testRoutes({
    clock,
    settled: async () => {},
    tokens: { issue: async () => ({ token: '', expiresMs: 0 }) },
    inboxes: new Inboxes(clock),
    snapshots: undefined,
  });
}
