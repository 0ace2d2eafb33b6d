import type { Profile } from './settable.ts';

/** How many requests an application may make in a tenant, and in which time. */
export interface Throttling {
  readonly requests: number;
  readonly withinMs: number;
}

/** Source: Graph, "Throttling limits", presence. */
export const GRAPH_THROTTLING: Throttling = { requests: 10_000, withinMs: 30_000 };

/**
 * What was said, or else what the profile has: Graph's limit, or none.
 * @param requests 0 for any number
 */
export function throttlingFor(
  profile: Profile,
  requests: number | undefined,
  withinMs = GRAPH_THROTTLING.withinMs,
): Throttling | undefined {
  const most = requests ?? (profile === 'graph' ? GRAPH_THROTTLING.requests : 0);
  return most === 0 ? undefined : { requests: most, withinMs };
}
