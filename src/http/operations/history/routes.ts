import type { Route } from '../../route.ts';
import { getPresenceHistory, type HistoryServices } from './get-presence-history.ts';
import { summarizePresenceHistory } from './summarize-presence-history.ts';

/** What was, as an addition of ours. */
export function historyRoutes(services: HistoryServices): readonly Route[] {
  return [getPresenceHistory(services), summarizePresenceHistory(services)];
}
