import { openServer } from './server.ts';
import type { Porchlight, StartOptions } from './testing/porchlight.ts';
import { start } from './testing/start.ts';

export type { FaultOrder, OrderedFault, TestFaults } from './testing/faults.ts';
export type {
  ChangeNotification,
  Delivery,
  Inbox,
  InboxAnswer,
  InboxRequest,
  LifecycleNotification,
  Responder,
} from './testing/inbox.ts';
export type {
  Journey,
  JourneyEvent,
  NotificationEvent,
  PresenceEvent,
  SubscriptionEvent,
} from './testing/journey.ts';
export type {
  App,
  ClientOptions,
  Porchlight,
  Snapshot,
  StartOptions,
  Tenant,
  TenantOptions,
  TokenOptions,
  User,
  UserOptions,
} from './testing/porchlight.ts';

/**
 * Starts Porchlight in the process of a test: on a free port of this machine, with nothing on disk, a clock that
 * stands still until the test moves it, and tokens for anybody. It doesn't keep the process alive.
 *
 * ```js
 * const porch = await startPorchlight({ now: '2026-11-21T09:00:00Z' });
 * // …
 * await porch.close();
 * ```
 *
 * Rejects with an error that names the option that can't be.
 */
export function startPorchlight(options: StartOptions = {}): Promise<Porchlight> {
  return start(options, openServer);
}
