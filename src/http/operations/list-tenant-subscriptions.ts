import Type from 'typebox';
import { LOOK_AFTER_SUBSCRIPTIONS } from '../../auth/permissions.ts';
import type { DeliveryHealth, Subscription } from '../../subscriptions/subscription.ts';
import { nullable } from '../body.ts';
import { PAGE_QUERY } from '../page.ts';
import { json, type Route } from '../route.ts';
import type { AdminServices } from './admin-services.ts';
import { subscriptionPage } from './subscription-page.ts';

const PATH = '/porchlight/subscriptions';

const dateTime = Type.String({ format: 'date-time' });

const lookedAtSchema = Type.Object({
  id: Type.String(),
  applicationId: Type.String(),
  userId: nullable(Type.String()),
  resource: Type.String(),
  notificationUrl: Type.String({ description: 'Without its query.' }),
  lifecycleNotificationUrl: nullable(Type.String({ description: 'Without its query.' })),
  includeResourceData: Type.Boolean(),
  createdDateTime: dateTime,
  expirationDateTime: dateTime,
  authorizedUntilDateTime: dateTime,
  health: nullable(
    Type.Object({
      state: Type.Union(
        (['ok', 'retrying', 'slow', 'drop', 'paused'] as const).map((state) => Type.Literal(state)),
      ),
      queued: Type.Integer(),
      isBehind: Type.Boolean({ description: 'More wait than are counted.' }),
      lost: Type.Integer(),
      lastSuccessDateTime: nullable(dateTime),
      failingSinceDateTime: nullable(dateTime),
      lastFailure: nullable(Type.String()),
      nextAttemptDateTime: nullable(dateTime),
    }),
  ),
});

/** Every subscription of the caller's tenant and how its delivery goes, without what is secret in it. */
export function listTenantSubscriptions({ courier, subscriptions }: AdminServices): Route {
  return {
    operation: 'listTenantSubscriptions',
    summary: 'List the subscriptions of the tenant, with the health of their delivery',
    method: 'GET',
    paths: [PATH],
    access: LOOK_AFTER_SUBSCRIPTIONS,
    query: PAGE_QUERY,
    result: Type.Object({
      value: Type.Array(lookedAtSchema),
      '@odata.nextLink': Type.Optional(Type.String()),
    }),
    async handle({ caller, query, origin }) {
      const all = await subscriptions.listByAdmin(caller.tenantId);
      const page = subscriptionPage(all, query, origin + PATH, (each) =>
        JSON.stringify(lookedAt(each, courier.health(each.id))),
      );
      return json(`{${page}}`);
    },
  };
}

/** Named one by one: client states and certificates are nobody's business, not even an administrator's. */
function lookedAt(subscription: Subscription, health: DeliveryHealth | undefined): object {
  return {
    id: subscription.id,
    applicationId: subscription.appId,
    userId: subscription.userId,
    resource: subscription.resource,
    notificationUrl: withoutQuery(subscription.notificationUrl),
    lifecycleNotificationUrl: withoutQuery(subscription.lifecycleNotificationUrl),
    includeResourceData: subscription.includeResourceData,
    createdDateTime: timeOf(subscription.createdMs),
    expirationDateTime: timeOf(subscription.expiresMs),
    authorizedUntilDateTime: timeOf(subscription.authorizedUntilMs),
    health: health === undefined ? null : healthJson(health),
  };
}

function healthJson(health: DeliveryHealth): object {
  return {
    state: health.state,
    queued: health.queued,
    isBehind: health.isBehind,
    lost: health.lost,
    lastSuccessDateTime: timeOf(health.lastSuccessMs),
    failingSinceDateTime: timeOf(health.failingSinceMs),
    lastFailure: health.lastFailure,
    nextAttemptDateTime: timeOf(health.nextAttemptMs),
  };
}

/** Receivers have secrets in the query, and some in what stands before the host. */
function withoutQuery(url: string | null): string | null {
  if (url === null) return null;
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
