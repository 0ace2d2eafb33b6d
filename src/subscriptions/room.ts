import type { Additions } from '../graph/additions.ts';
import { GraphError } from '../graph/error.ts';
import { idsOf, type Registry } from './registry.ts';
import type { Subscription } from './subscription.ts';

/** What one application of a tenant may have: bounds what it makes this server keep in memory. */
const MOST_SUBSCRIPTIONS = 1000;
const MOST_IDS_IN_ALL = 100_000;

/** What is compared to find a subscription that is there already. */
export type Wanted = Pick<
  Subscription,
  'tenantId' | 'appId' | 'userId' | 'resource' | 'scope' | 'notificationUrl'
>;

/**
 * Whether there is room for one more.
 * @throws GraphError 409 for a second one where one is allowed, or the same again; 403 beyond the quota
 */
export function checkRoom(
  registry: Registry,
  wanted: Wanted,
  additions: Additions,
  nowMs: number,
): void {
  const living = registry.ownedBy(wanted).filter(({ expiresMs }) => expiresMs > nowMs);
  if (living.length > 0) additions.use('several-subscriptions', anotherExists);
  const same = living.find(
    ({ resource, notificationUrl }) =>
      resource === wanted.resource && notificationUrl === wanted.notificationUrl,
  );
  if (same !== undefined) {
    throw new GraphError(
      409,
      'Conflict',
      `Subscription Id ${same.id} already exists for the requested combination`,
    );
  }
  const { subscriptions, ids } = registry.use(wanted);
  if (subscriptions >= MOST_SUBSCRIPTIONS) {
    throw overQuota(`has ${MOST_SUBSCRIPTIONS} subscriptions in this tenant, which are the most`);
  }
  if (ids + idsOf(wanted) > MOST_IDS_IN_ALL) {
    throw overQuota(
      `may subscribe to ${MOST_IDS_IN_ALL} ids in this tenant over all; ${ids} are taken, and this needs ${idsOf(wanted)}`,
    );
  }
}

function overQuota(what: string): GraphError {
  return new GraphError(403, 'Forbidden', `Quota exceeded: the application ${what}.`);
}

/** The real service's words, as they are. */
function anotherExists(): GraphError {
  return new GraphError(
    409,
    'ExtensionError',
    'Operation: Create; Exception:[Status Code: Conflict; Reason: A subscripton already exists. It must be deleted before a another can be made.]',
  );
}
