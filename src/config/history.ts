import { parseDuration } from '../graph/duration.ts';
import type { Config } from './schema.ts';

const DEFAULT_MS = 7 * 24 * 3_600_000;

/** How long changes are told, ms, 0 where that is off; undefined for what says neither. */
export function historyMs(retention: string): number | undefined {
  if (retention === 'off') return 0;
  const forMs = parseDuration(retention);
  return forMs !== undefined && forMs > 0 ? forMs : undefined;
}

/** For how long each tenant's changes are told. */
export function historyRetention({ feed, history }: Config): (tenantId: string) => number {
  const feedMs = parseDuration(feed.retention) ?? 0;
  const usualMs = historyMs(history.retention ?? '') ?? Math.min(DEFAULT_MS, feedMs);
  const tenants = new Map(
    history.tenants.map(({ tenant, retention }) => [tenant.toLowerCase(), historyMs(retention)]),
  );
  return (tenantId) => tenants.get(tenantId) ?? usualMs;
}
