import { GraphError } from '../../graph/error.ts';
import type { Profile } from '../../graph/settable.ts';
import type { Subscription } from '../subscription.ts';

/** Graph has clients wait so long between a PATCH and a reauthorization. */
const REAUTHORIZE_AFTER_MS = 10 * 60_000;

/** @throws GraphError 409 in profile graph for a subscription that a PATCH has just renewed */
export function checkReauthorization(
  { createdMs, renewedMs }: Subscription,
  nowMs: number,
  profile: Profile,
): void {
  const isFresh = renewedMs > createdMs && nowMs - renewedMs < REAUTHORIZE_AFTER_MS;
  if (profile !== 'graph' || !isFresh) return;
  throw new GraphError(
    409,
    'Conflict',
    'The subscription was renewed less than 10 minutes ago, which reauthorized it too.',
  );
}
