import type { Additions } from '../../graph/additions.ts';
import { GraphError } from '../../graph/error.ts';
import type { Subscription } from '../subscription.ts';

/** Graph has clients wait so long between a PATCH and a reauthorization. */
const REAUTHORIZE_AFTER_MS = 10 * 60_000;

/** @throws GraphError 409 as in Graph for a subscription that a PATCH has just renewed */
export function checkReauthorization(
  { createdMs, renewedMs }: Subscription,
  nowMs: number,
  additions: Additions,
): void {
  const isFresh = renewedMs > createdMs && nowMs - renewedMs < REAUTHORIZE_AFTER_MS;
  if (isFresh) additions.use('early-reauthorization', renewedJustNow);
}

function renewedJustNow(): GraphError {
  return new GraphError(
    409,
    'Conflict',
    'The subscription was renewed less than 10 minutes ago, which reauthorized it too.',
  );
}
