import type { Explanation, Rival, Standing } from '../engine/explanation.ts';
import type { CalendarSpanKind } from '../engine/facts.ts';
import { pairName } from '../engine/pair.ts';
import type { Turn } from '../engine/turns.ts';

/** The display name of an application; undefined where none is known. */
export type AppNamed = (appId: string) => string | undefined;

/** `application 'Desk phone bridge'`, or the id where no name is known. */
export function appLabel(appId: string, name: string | null | undefined): string {
  return `application ${name ? `'${name}'` : appId}`;
}

/** Explanations in words: the one place where they are. */
export interface Reasons {
  /** What decides the pair that is shown. */
  ofPresence(explanation: Explanation): string;
  /** Why a fact doesn't decide; null where it does. */
  ofStanding(standing: Standing): string | null;
  /** What brings the next change about. */
  ofTurns(turns: readonly Turn[]): string;
}

/** What a stretch of the calendar is called. */
export const CALENDAR_ENTRY: Record<CalendarSpanKind, string> = {
  busy: 'a meeting in the calendar',
  focusing: 'focus time in the calendar',
  outOfOffice: 'an out-of-office entry in the calendar',
  workingElsewhere: 'an entry of working elsewhere in the calendar',
};

export function createReasons(appNamed: AppNamed): Reasons {
  const app = (appId: string) => appLabel(appId, appNamed(appId));

  function ofDecision({ decision, sessions }: Explanation): string {
    switch (decision.by) {
      case 'no session':
        return 'no session lives';
      case 'preferred':
        return `the user prefers ${pairName(decision.pair)} until ${instant(decision.untilMs)}`;
      case 'calendar':
        return `the calendar says ${pairName(decision.pair)} until ${instant(decision.untilMs)}`;
      case 'session': {
        const { appId, pair } = decision.session;
        const told = sessions.find(({ fact }) => fact === decision.session)?.state ?? pair;
        if (told === pair) return `${app(appId)} says ${pairName(pair)}`;
        return `${app(appId)} said ${pairName(pair)}, which has faded to ${pairName(told)}`;
      }
    }
  }

  function ofRival(by: Rival): string {
    switch (by.kind) {
      case 'automaticReplies':
        return 'the automatic replies come first, as they have a message';
      case 'location':
        return ofLocation(by);
      case 'state': {
        const { decision, isSameState } = by;
        const state = pairName(decision.pair);
        if (decision.by === 'session') {
          const appId = app(decision.session.appId);
          return isSameState
            ? `${appId} set the same, and last`
            : `outranked by ${state} of ${appId}`;
        }
        const until = decision.by === 'calendar' ? `, until ${instant(decision.untilMs)}` : '';
        return `outranked by ${state} of the calendar${until}`;
      }
    }
  }

  function ofLocation({ signal, advantage }: Rival & { kind: 'location' }): string {
    const { source, appId } = signal;
    if (source === 'manual') return 'what the user chose comes first';
    if (advantage === 'precision') return `${app(appId)} says it more precisely`;
    if (advantage === 'time') return `${app(appId)} says it as precisely, and later`;
    return `what ${app(appId)} found out comes first`;
  }

  function ofTurn(turn: Turn): string {
    switch (turn.fact) {
      case 'session':
        return `the session of ${app(turn.session.appId)} ${turn.turn}`;
      case 'preferredPresence':
        return 'the preferred presence ends';
      case 'calendar':
        return `${CALENDAR_ENTRY[turn.span.kind]} ${turn.turn}`;
      case 'automaticReplies':
        return turn.turn === 'begins' ? 'the automatic replies begin' : 'the automatic replies end';
      case 'workLocation':
        return turn.signal.source === 'manual'
          ? 'the work location that the user chose ends'
          : `the work location that ${app(turn.signal.appId)} found out ends`;
      case 'statusMessage':
        return 'the status message ends';
    }
  }

  return {
    ofPresence(explanation) {
      const { presence, decision } = explanation;
      const because = ofDecision(explanation);
      if (presence.activity === decision.pair.activity) return because;
      return `${because}; being out of office makes it ${pairName(presence)}`;
    },

    ofStanding(standing) {
      switch (standing.role) {
        case 'decides':
          return null;
        case 'outranked':
          return ofRival(standing.by);
        case 'overridden': {
          const { pair, untilMs } = standing.by;
          return `the preferred presence ${pairName(pair)} shows in its place until ${instant(untilMs)}`;
        }
        case 'waits':
          return standing.for === 'its time'
            ? 'it has not begun'
            : 'no session lives, so it waits for one';
      }
    },

    ofTurns: (turns) => turns.map(ofTurn).join(', and '),
  };
}

/** `2026-11-21T10:00:00Z`: as exact as people want it. */
function instant(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+(?=Z$)/, '');
}
