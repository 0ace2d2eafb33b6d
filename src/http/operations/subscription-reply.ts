import type { Subscription } from '../../subscriptions/subscription.ts';
import { subscriptionJson } from '../../subscriptions/subscription-json.ts';
import { type Call, json, type Reply } from '../route.ts';

/** Where one subscription has its address. */
export const SUBSCRIPTION_PATH = '/subscriptions/:subscription';

/** One subscription, with its context. */
export function subscriptionReply(
  subscription: Subscription,
  { origin, version, additions }: Call,
  clientState: string | null = null,
): Reply {
  const context = `${origin}/${version}/$metadata#subscriptions/$entity`;
  const members = subscriptionJson(subscription, additions, clientState);
  return json(`{"@odata.context":"${context}",${members}}`);
}
