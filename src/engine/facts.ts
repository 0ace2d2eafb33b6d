import type { Pair } from './pair.ts';

/** An instant that never comes: the end of what has none. */
export const NEVER_MS = Number.POSITIVE_INFINITY;

/** How many sessions one user may have at a time, whatever the apps: what bounds a record. */
export const MAX_SESSIONS_PER_USER = 64;

/** What one app says about one user, through one of its sessions. */
export interface Session {
  readonly appId: string;
  readonly sessionId: string;
  /** The state as it was set; what it has faded to since is `sessionState`. */
  readonly pair: Pair;
  /** Unix time of the last set: fading counts from here. */
  readonly setAtMs: number;
  /** Unix time at which the session ends. */
  readonly expiresAtMs: number;
}

/** The user's own choice, which wins over sessions while one lives. */
export interface PreferredPresence {
  readonly pair: Pair;
  readonly expiresAtMs: number;
}

/** A line of text next to the presence. */
export interface StatusMessage {
  readonly content: string;
  readonly publishedAtMs: number;
  /** Unix time at which it disappears, or `NEVER_MS`. */
  readonly expiresAtMs: number;
  /** The expiry as its author wrote it, given back on a read; null when there was none. */
  readonly expiry: { readonly dateTime: string; readonly timeZone: string } | null;
}

/** Automatic replies as a fact: in force from `startsAtMs` until `endsAtMs`. */
export interface OutOfOffice {
  readonly message: string | null;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

/** All that is stored about a user. Presence is what follows from it at an instant. */
export interface Facts {
  readonly sessions: readonly Session[];
  readonly preferred: PreferredPresence | null;
  readonly statusMessage: StatusMessage | null;
  readonly outOfOffice: OutOfOffice | null;
}

export const NO_FACTS: Facts = Object.freeze({
  sessions: Object.freeze([]) as readonly Session[],
  preferred: null,
  statusMessage: null,
  outOfOffice: null,
});

/** The facts without what has ended by `nowMs`; the same object when nothing has. */
export function withoutEnded(facts: Facts, nowMs: number): Facts {
  const { sessions, preferred, statusMessage, outOfOffice } = facts;
  const ended =
    sessions.some((session) => session.expiresAtMs <= nowMs) ||
    (preferred !== null && preferred.expiresAtMs <= nowMs) ||
    (statusMessage !== null && statusMessage.expiresAtMs <= nowMs) ||
    (outOfOffice !== null && outOfOffice.endsAtMs <= nowMs);
  if (!ended) return facts;
  return {
    sessions: sessions.filter((session) => session.expiresAtMs > nowMs),
    preferred: preferred !== null && preferred.expiresAtMs > nowMs ? preferred : null,
    statusMessage:
      statusMessage !== null && statusMessage.expiresAtMs > nowMs ? statusMessage : null,
    outOfOffice: outOfOffice !== null && outOfOffice.endsAtMs > nowMs ? outOfOffice : null,
  };
}
