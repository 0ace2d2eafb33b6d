import type { Additions } from '../../graph/additions.ts';
import { parseDateTimeOffset } from '../../graph/date-time-offset.ts';
import { type GraphError, invalidArgument } from '../../graph/error.ts';

const MINUTE_MS = 60_000;

/** Graph raises whatever is shorter (Graph, "subscription resource type"). */
const LEAST_LIFETIME_MS = 45 * MINUTE_MS;

/** Graph's limit for presence, and ours where Porchlight's additions are allowed. */
const MOST_LIFETIME_MS = {
  graph: 60 * MINUTE_MS,
  extended: 7 * 24 * 60 * MINUTE_MS,
};

/** A subscription that lives longer must be told of its lifecycle. */
const MOST_WITHOUT_LIFECYCLE_MS = 60 * MINUTE_MS;

/**
 * When a subscription asked for now ends.
 * @param text the `expirationDateTime` of the request
 * @returns Unix time in ms, at least 45 minutes ahead
 * @throws GraphError 400 for what is no date and time, past, or further ahead than is allowed
 */
export function parseExpiration(text: string, nowMs: number, additions: Additions): number {
  const expiresMs = parseDateTimeOffset(text, 'ExpirationDateTime');
  if (expiresMs <= nowMs) {
    throw invalidArgument(
      `[ExpirationDateTime]: must be in the future; it is ${new Date(nowMs).toISOString()} now.`,
    );
  }
  const lifetimeMs = expiresMs - nowMs;
  const { graph, extended } = MOST_LIFETIME_MS;
  if (lifetimeMs > graph) additions.use('longer-subscriptions', () => tooFar(graph));
  if (lifetimeMs > extended) throw tooFar(extended);
  return Math.max(expiresMs, nowMs + LEAST_LIFETIME_MS);
}

function tooFar(mostMs: number): GraphError {
  return invalidArgument(
    `[ExpirationDateTime]: Subscription expiration can only be ${mostMs / MINUTE_MS} minutes in the future.`,
  );
}

/** @throws GraphError 400 when a subscription of that lifetime needs an address for lifecycle notifications */
export function checkLifecycle(lifetimeMs: number, lifecycleNotificationUrl: string | null): void {
  if (lifecycleNotificationUrl !== null || lifetimeMs <= MOST_WITHOUT_LIFECYCLE_MS) return;
  throw invalidArgument(
    `[LifecycleNotificationUrl]: The LifecycleNotificationUrl field is required for a subscription of more than ${MOST_WITHOUT_LIFECYCLE_MS / MINUTE_MS} minutes.`,
  );
}
