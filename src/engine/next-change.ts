import {
  type CalendarSpan,
  type Facts,
  type LocationSignal,
  NEVER_MS,
  type Session,
  withoutEnded,
} from './facts.ts';
import { type Presence, presenceAt, samePresence } from './presence.ts';
import { sessionHoldsUntil, sessionState } from './session.ts';

/** What happens to a fact by time alone. */
export type Turn =
  | { readonly fact: 'session'; readonly session: Session; readonly turn: 'fades' | 'ends' }
  | { readonly fact: 'preferredPresence'; readonly turn: 'ends' }
  | { readonly fact: 'calendar'; readonly span: CalendarSpan; readonly turn: 'begins' | 'ends' }
  | { readonly fact: 'automaticReplies'; readonly turn: 'begins' | 'ends' }
  | { readonly fact: 'workLocation'; readonly signal: LocationSignal; readonly turn: 'ends' }
  | { readonly fact: 'statusMessage'; readonly turn: 'ends' };

export interface NextChange {
  readonly atMs: number;
  /** What is shown from then on. */
  readonly presence: Presence;
  /** What brings it about; what happens at the same instant and changes nothing isn't here. */
  readonly causes: readonly Turn[];
}

/**
 * The first change of anything that readers see and that comes by time alone; null when none does. Of the calendar
 * it knows what the facts hold.
 */
export function nextChange(facts: Facts, nowMs: number): NextChange | null {
  let { presence, edgeMs } = presenceAt(facts, nowMs);
  while (edgeMs !== NEVER_MS) {
    const atMs = edgeMs;
    const next = presenceAt(withoutEnded(facts, atMs), atMs);
    if (!samePresence(presence, next.presence)) {
      return { atMs, presence: next.presence, causes: causesOf(facts, atMs, next.presence) };
    }
    presence = next.presence;
    edgeMs = next.edgeMs;
  }
  return null;
}

/** The fewest of the turns at an instant from which `presence` follows, had the others not come. */
function causesOf(facts: Facts, atMs: number, presence: Presence): readonly Turn[] {
  let held = facts;
  return turnsAt(facts, atMs).filter((turn) => {
    const without = hold(held, turn, atMs);
    if (!samePresence(presenceAt(without, atMs).presence, presence)) return true;
    held = without;
    return false;
  });
}

function turnsAt(facts: Facts, atMs: number): Turn[] {
  const { sessions, preferred, statusMessage, outOfOffice, calendar, locations } = facts;
  const turns: Turn[] = [];
  for (const session of sessions) {
    if (session.expiresAtMs === atMs) turns.push({ fact: 'session', session, turn: 'ends' });
    else if (sessionHoldsUntil(session, atMs - 1) === atMs) {
      turns.push({ fact: 'session', session, turn: 'fades' });
    }
  }
  if (preferred?.expiresAtMs === atMs) turns.push({ fact: 'preferredPresence', turn: 'ends' });
  for (const span of calendar?.spans ?? []) {
    if (span.startsAtMs === atMs) turns.push({ fact: 'calendar', span, turn: 'begins' });
    else if (span.endsAtMs === atMs) turns.push({ fact: 'calendar', span, turn: 'ends' });
  }
  // After the calendar: where both say the same, it is these that count.
  if (outOfOffice?.endsAtMs === atMs) turns.push({ fact: 'automaticReplies', turn: 'ends' });
  else if (outOfOffice?.startsAtMs === atMs) {
    turns.push({ fact: 'automaticReplies', turn: 'begins' });
  }
  for (const signal of locations) {
    if (signal.endsAtMs === atMs) turns.push({ fact: 'workLocation', signal, turn: 'ends' });
  }
  if (statusMessage?.expiresAtMs === atMs) turns.push({ fact: 'statusMessage', turn: 'ends' });
  return turns;
}

/** The facts as if that turn had not come: the fact stays for ever as it was just before. */
function hold(facts: Facts, turn: Turn, atMs: number): Facts {
  switch (turn.fact) {
    case 'session': {
      const pair = sessionState(turn.session, atMs - 1) ?? turn.session.pair;
      const kept = { ...turn.session, pair, setAtMs: atMs, expiresAtMs: NEVER_MS };
      const sessions = facts.sessions.map((each) => (each === turn.session ? kept : each));
      return { ...facts, sessions };
    }
    case 'preferredPresence':
      return {
        ...facts,
        preferred: facts.preferred && { ...facts.preferred, expiresAtMs: NEVER_MS },
      };
    case 'calendar': {
      const { calendar } = facts;
      if (calendar === null) return facts;
      const others = calendar.spans.filter((each) => each !== turn.span);
      if (turn.turn === 'begins') return { ...facts, calendar: { ...calendar, spans: others } };
      const kept = { ...turn.span, endsAtMs: NEVER_MS };
      const spans = calendar.spans.map((each) => (each === turn.span ? kept : each));
      return { ...facts, calendar: { ...calendar, spans } };
    }
    case 'automaticReplies': {
      const { outOfOffice } = facts;
      if (turn.turn === 'begins') return { ...facts, outOfOffice: null };
      return { ...facts, outOfOffice: outOfOffice && { ...outOfOffice, endsAtMs: NEVER_MS } };
    }
    case 'workLocation': {
      const kept = { ...turn.signal, endsAtMs: NEVER_MS };
      const locations = facts.locations.map((each) => (each === turn.signal ? kept : each));
      return { ...facts, locations };
    }
    case 'statusMessage': {
      const { statusMessage } = facts;
      return {
        ...facts,
        statusMessage: statusMessage && { ...statusMessage, expiresAtMs: NEVER_MS },
      };
    }
  }
}
