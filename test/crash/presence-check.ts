import { type Facts, NO_FACTS, type Session } from '../../src/engine/facts.ts';
import { presenceAt } from '../../src/engine/presence.ts';
import { type History, Violation, type Write } from './history.ts';
import { content } from './numbers.ts';
import { factNames } from './store-check.ts';

/** What a tenant's unknown user shows, in the words of `content`. */
export const UNKNOWN = 'PresenceUnknown/PresenceUnknown null';

/**
 * Everything that a user may show at an instant, by the writes that may have happened: one presence
 * for each combination of them.
 */
export function possiblePresences(
  history: History,
  userId: string,
  apps: readonly string[],
  nowMs: number,
): Set<string> {
  let combinations: Facts[] = [NO_FACTS];
  for (const name of factNames(userId, apps)) {
    const writes = history.possible(name);
    combinations = combinations.flatMap((facts) => writes.map((write) => withWrite(facts, write)));
  }
  const shown = new Set(combinations.map((facts) => content(presenceAt(facts, nowMs).presence)));
  const mayBeNew = combinations.some(isEmpty);
  return mayBeNew ? shown.add(UNKNOWN) : shown;
}

/** @throws Violation when what is shown follows from no allowed history */
export function checkShown(userId: string, shown: string, possible: ReadonlySet<string>): void {
  if (possible.has(shown)) return;
  throw new Violation(`user ${userId} shows ${shown}; possible were ${[...possible].join(', ')}`);
}

function withWrite(facts: Facts, { fact, value, endedMs }: Write): Facts {
  switch (value.kind) {
    case 'nothing':
      return facts;
    case 'session': {
      const app = typeof fact === 'string' ? fact : fact.app;
      const session: Session = {
        appId: app,
        sessionId: app,
        pair: value.pair,
        setAtMs: endedMs,
        expiresAtMs: endedMs + value.lifetimeMs,
      };
      return { ...facts, sessions: [...facts.sessions, session] };
    }
    case 'preferred':
      return { ...facts, preferred: { pair: value.pair, expiresAtMs: endedMs + value.lifetimeMs } };
    case 'status message': {
      const { content: text, expiresAtMs } = value;
      const statusMessage = { content: text, publishedAtMs: endedMs, expiresAtMs, expiry: null };
      return { ...facts, statusMessage };
    }
  }
}

function isEmpty({ sessions, preferred, statusMessage }: Facts): boolean {
  return sessions.length === 0 && preferred === null && statusMessage === null;
}
