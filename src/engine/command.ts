import { type Facts, MAX_SESSIONS_PER_USER, type OutOfOffice, type Session } from './facts.ts';
import type { Pair } from './pair.ts';

/** Something said about a user. `appId` is the app that says it. */
export type PresenceCommand =
  | {
      readonly kind: 'setPresence';
      readonly appId: string;
      readonly sessionId: string;
      readonly pair: Pair;
      readonly lifetimeMs: number;
    }
  | { readonly kind: 'clearPresence'; readonly appId: string; readonly sessionId: string }
  | {
      readonly kind: 'setUserPreferredPresence';
      readonly appId: string;
      readonly pair: Pair;
      readonly lifetimeMs: number;
    }
  | { readonly kind: 'clearUserPreferredPresence'; readonly appId: string }
  | {
      readonly kind: 'setStatusMessage';
      readonly appId: string;
      /** Empty clears. */
      readonly content: string;
      readonly expiresAtMs: number;
      readonly expiry: { readonly dateTime: string; readonly timeZone: string } | null;
    }
  | {
      readonly kind: 'setOutOfOffice';
      readonly appId: string;
      readonly outOfOffice: OutOfOffice | null;
    };

/** Why a command can't be carried out. Nothing changed then. */
export type Refusal = 'session not found' | 'too many sessions';

/**
 * The facts after the command: given at `nowMs`, on facts without what has ended by then.
 * Gives back the same object when the command changes nothing.
 */
export function apply(facts: Facts, command: PresenceCommand, nowMs: number): Facts | Refusal {
  switch (command.kind) {
    case 'setPresence':
      return setSession(facts, {
        appId: command.appId,
        sessionId: command.sessionId,
        pair: command.pair,
        setAtMs: nowMs,
        expiresAtMs: nowMs + command.lifetimeMs,
      });
    case 'clearPresence': {
      const index = indexOfSession(facts, command.appId, command.sessionId);
      if (index === -1) return 'session not found';
      return { ...facts, sessions: facts.sessions.toSpliced(index, 1) };
    }
    case 'setUserPreferredPresence':
      return {
        ...facts,
        preferred: { pair: command.pair, expiresAtMs: nowMs + command.lifetimeMs },
      };
    case 'clearUserPreferredPresence':
      return facts.preferred === null ? facts : { ...facts, preferred: null };
    case 'setStatusMessage': {
      // An expiry that has passed already leaves nothing to show: the same as clearing.
      if (command.content === '' || command.expiresAtMs <= nowMs) {
        return facts.statusMessage === null ? facts : { ...facts, statusMessage: null };
      }
      const { content, expiresAtMs, expiry } = command;
      return {
        ...facts,
        statusMessage: { content, publishedAtMs: nowMs, expiresAtMs, expiry },
      };
    }
    case 'setOutOfOffice':
      return { ...facts, outOfOffice: command.outOfOffice };
  }
}

function setSession(facts: Facts, session: Session): Facts | Refusal {
  const index = indexOfSession(facts, session.appId, session.sessionId);
  if (index !== -1) return { ...facts, sessions: facts.sessions.with(index, session) };
  if (facts.sessions.length >= MAX_SESSIONS_PER_USER) return 'too many sessions';
  return { ...facts, sessions: [...facts.sessions, session] };
}

function indexOfSession(facts: Facts, appId: string, sessionId: string): number {
  return facts.sessions.findIndex(
    (session) => session.appId === appId && session.sessionId === sessionId,
  );
}
