import {
  type CalendarSpan,
  type Facts,
  type LocationSignal,
  NEVER_MS,
  type Session,
} from './facts.ts';
import { fadedFrom } from './session.ts';

/** What happens to a fact by time alone. */
export type Turn =
  | { readonly fact: 'session'; readonly session: Session; readonly turn: 'fades' | 'ends' }
  | { readonly fact: 'preferredPresence'; readonly turn: 'ends' }
  | { readonly fact: 'calendar'; readonly span: CalendarSpan; readonly turn: 'begins' | 'ends' }
  | { readonly fact: 'automaticReplies'; readonly turn: 'begins' | 'ends' }
  | { readonly fact: 'workLocation'; readonly signal: LocationSignal; readonly turn: 'ends' }
  | { readonly fact: 'statusMessage'; readonly turn: 'ends' };

/** All that happens to the facts at an instant. `facts` are those of just before, with what ends then. */
export function turnsAt(facts: Facts, atMs: number): Turn[] {
  const { sessions, preferred, statusMessage, outOfOffice, calendar, locations } = facts;
  const turns: Turn[] = [];
  for (const session of sessions) {
    if (session.expiresAtMs === atMs) turns.push({ fact: 'session', session, turn: 'ends' });
    else if (fadedFrom(session, atMs) !== undefined) {
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

/** The facts as if those turns of `atMs` had not come: what they are about stays for ever as it was just before. */
export function withoutTurns(facts: Facts, turns: readonly Turn[], atMs: number): Facts {
  return turns.reduce((held, turn) => hold(held, turn, atMs), facts);
}

function hold(facts: Facts, turn: Turn, atMs: number): Facts {
  switch (turn.fact) {
    case 'session': {
      const { session } = turn;
      // One that ends at the instant that it would fade at doesn't do that either.
      const pair = fadedFrom({ ...session, expiresAtMs: NEVER_MS }, atMs);
      const unfaded = pair === undefined ? session : { ...session, pair, setAtMs: atMs };
      const kept = turn.turn === 'ends' ? { ...unfaded, expiresAtMs: NEVER_MS } : unfaded;
      return { ...facts, sessions: replaced(facts.sessions, session, kept) };
    }
    case 'preferredPresence': {
      const { preferred } = facts;
      return { ...facts, preferred: preferred && { ...preferred, expiresAtMs: NEVER_MS } };
    }
    case 'calendar': {
      const { calendar } = facts;
      if (calendar === null) return facts;
      const spans =
        turn.turn === 'begins'
          ? calendar.spans.filter((each) => each !== turn.span)
          : replaced(calendar.spans, turn.span, { ...turn.span, endsAtMs: NEVER_MS });
      return { ...facts, calendar: { ...calendar, spans } };
    }
    case 'automaticReplies': {
      const { outOfOffice } = facts;
      if (turn.turn === 'begins') return { ...facts, outOfOffice: null };
      return { ...facts, outOfOffice: outOfOffice && { ...outOfOffice, endsAtMs: NEVER_MS } };
    }
    case 'workLocation': {
      const kept = { ...turn.signal, endsAtMs: NEVER_MS };
      return { ...facts, locations: replaced(facts.locations, turn.signal, kept) };
    }
    case 'statusMessage': {
      const { statusMessage } = facts;
      const kept = statusMessage && { ...statusMessage, expiresAtMs: NEVER_MS };
      return { ...facts, statusMessage: kept };
    }
  }
}

function replaced<Item>(items: readonly Item[], one: Item, by: Item): Item[] {
  return items.map((each) => (each === one ? by : each));
}
