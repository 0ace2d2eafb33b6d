import { NEVER_MS, type Session } from './facts.ts';
import { AVAILABLE, AVAILABLE_INACTIVE, AWAY, type Pair } from './pair.ts';

const MINUTE_MS = 60_000;

/**
 * Fading: what an Available session becomes while nobody sets it again, counted from the last set.
 * Nothing else fades, it only ends. Source: Graph's page on managing presence state; that expiration
 * wins at a tie is our decision (docs/decisions/0002-fade-and-expiration.md).
 */
export const FADE: readonly { readonly afterMs: number; readonly state: Pair }[] = [
  { afterMs: 5 * MINUTE_MS, state: AVAILABLE_INACTIVE },
  { afterMs: 10 * MINUTE_MS, state: AWAY },
];

/** The session's state at `nowMs`, faded as far as it has; undefined once it has ended. */
export function sessionState(session: Session, nowMs: number): Pair | undefined {
  if (session.expiresAtMs <= nowMs) return undefined;
  if (session.pair !== AVAILABLE) return session.pair;
  let state = session.pair;
  for (const stage of FADE) {
    if (session.setAtMs + stage.afterMs <= nowMs) state = stage.state;
  }
  return state;
}

/** The first instant after `nowMs` at which the session's state is another; `NEVER_MS` if it has ended. */
export function sessionHoldsUntil(session: Session, nowMs: number): number {
  if (session.expiresAtMs <= nowMs) return NEVER_MS;
  if (session.pair === AVAILABLE) {
    for (const stage of FADE) {
      const fadesAtMs = session.setAtMs + stage.afterMs;
      if (fadesAtMs > nowMs) return Math.min(fadesAtMs, session.expiresAtMs);
    }
  }
  return session.expiresAtMs;
}

/** What the session fades to while it lives and nobody sets it again, and when; without what it has faded to. */
export function fadesToCome(
  session: Session,
  nowMs: number,
): readonly { readonly atMs: number; readonly state: Pair }[] {
  if (session.pair !== AVAILABLE) return [];
  return FADE.map(({ afterMs, state }) => ({ atMs: session.setAtMs + afterMs, state })).filter(
    ({ atMs }) => atMs > nowMs && atMs < session.expiresAtMs,
  );
}

/** What the session was until it fades at `atMs`; undefined when it doesn't fade then. */
export function fadedFrom({ pair, setAtMs, expiresAtMs }: Session, atMs: number): Pair | undefined {
  if (pair !== AVAILABLE || expiresAtMs <= atMs) return undefined;
  const stage = FADE.findIndex(({ afterMs }) => setAtMs + afterMs === atMs);
  return stage === -1 ? undefined : (FADE[stage - 1]?.state ?? pair);
}
