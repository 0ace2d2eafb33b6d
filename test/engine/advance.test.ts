import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance, type Change, NEW_RECORD, type UserRecord } from '../../src/engine/advance.ts';
import type { PresenceCommand } from '../../src/engine/command.ts';
import { MAX_SESSIONS_PER_USER, NEVER_MS } from '../../src/engine/facts.ts';
import { AVAILABLE, AWAY, BUSY, IN_A_CALL, OFF_WORK, type Pair } from '../../src/engine/pair.ts';
import { presenceAt, samePresence } from '../../src/engine/presence.ts';
import { anyCommand, anyHistory, type Event, START_MS } from './arbitrary.ts';

const MINUTE_MS = 60_000;
const RUNS = { numRuns: 500 };

const at = (minutes: number) => START_MS + minutes * MINUTE_MS;

function set(pair: Pair, minutes: number, sessionId = 'desktop', appId = 'app-1'): PresenceCommand {
  return { kind: 'setPresence', appId, sessionId, pair, lifetimeMs: minutes * MINUTE_MS };
}

const prefer = (pair: Pair, minutes: number): PresenceCommand => ({
  kind: 'setUserPreferredPresence',
  appId: 'app-1',
  pair,
  lifetimeMs: minutes * MINUTE_MS,
});

/** Gives the commands in order, with ticks at `tickedAtMs` in between, then looks at `endMs`. */
function live(
  history: readonly Event[],
  tickedAtMs: readonly number[] = [],
  endMs = START_MS,
): { record: UserRecord; changes: readonly Change[] } {
  const steps = [
    ...history,
    ...tickedAtMs.map((atMs) => ({ atMs, command: undefined })),
    { atMs: Math.max(endMs, history.at(-1)?.atMs ?? endMs), command: undefined },
  ].sort((a, b) => a.atMs - b.atMs);
  let record = NEW_RECORD;
  const changes: Change[] = [];
  for (const { atMs, command } of steps) {
    const advanced = advance(record, atMs, command);
    record = advanced.record;
    changes.push(...advanced.changes);
  }
  return { record, changes };
}

const shown = ({ presence }: UserRecord) => `${presence.availability}/${presence.activity}`;

describe('a session', () => {
  const available = advance(NEW_RECORD, at(0), set(AVAILABLE, 60)).record;

  test('that is Available fades to AvailableInactive after 5 minutes and to Away after 10', () => {
    const seen = [0, 4.999, 5, 9.999, 10, 59].map((minutes) =>
      shown(advance(available, at(minutes)).record),
    );
    expect(seen).toEqual([
      'Available/Available',
      'Available/Available',
      'Available/AvailableInactive',
      'Available/AvailableInactive',
      'Away/Away',
      'Away/Away',
    ]);
  });

  test('ends at its expiration, and then clearing it finds nothing', () => {
    expect(shown(advance(available, at(60)).record)).toBe('Offline/Offline');
    const cleared = advance(available, at(60), {
      kind: 'clearPresence',
      appId: 'app-1',
      sessionId: 'desktop',
    });
    expect(cleared.refusal).toBe('session not found');
  });

  test('that would fade at the instant it expires, expires', () => {
    const { record } = advance(NEW_RECORD, at(0), set(AVAILABLE, 5));
    const { changes } = advance(record, at(5));
    expect(changes.map(({ after }) => after.activity)).toEqual(['Offline']);
  });

  test('that is Busy or Away does not fade', () => {
    for (const pair of [IN_A_CALL, AWAY]) {
      const { record } = advance(NEW_RECORD, at(0), set(pair, 60));
      expect(advance(record, at(59)).changes).toEqual([]);
    }
  });

  test('belongs to its app: another app cannot clear it', () => {
    const other = { kind: 'clearPresence', appId: 'app-2', sessionId: 'desktop' } as const;
    expect(advance(available, at(1), other).refusal).toBe('session not found');
  });

  test('is one too many at the 65th of a user', () => {
    let record = NEW_RECORD;
    for (let index = 0; index < MAX_SESSIONS_PER_USER; index++) {
      record = advance(record, at(0), set(BUSY, 60, `session ${index}`)).record;
    }
    expect(advance(record, at(0), set(BUSY, 60, 'one more')).refusal).toBe('too many sessions');
    expect(advance(record, at(0), set(AWAY, 60, 'session 0')).refusal).toBeUndefined();
  });
});

describe('a keep-alive', () => {
  test('that changes nothing moves the deadline and makes no change and no number', () => {
    const { record } = advance(NEW_RECORD, at(0), set(AVAILABLE, 60));
    const kept = advance(record, at(4), set(AVAILABLE, 60));
    expect(kept.changes).toEqual([]);
    expect(kept.record.number).toBe(record.number);
    expect(kept.record.untilMs).toBe(at(9));
  });

  test('after a fade shows the user as Available again', () => {
    const { record } = advance(NEW_RECORD, at(0), set(AVAILABLE, 60));
    const { changes } = advance(record, at(7), set(AVAILABLE, 60));
    expect(changes.map(({ after, atMs }) => [after.activity, atMs])).toEqual([
      ['AvailableInactive', at(5)],
      ['Available', at(7)],
    ]);
  });
});

describe('preferred presence', () => {
  test('shows only while a session lives, and shows again when one returns', () => {
    const preferred = advance(NEW_RECORD, at(0), prefer(OFF_WORK, 600)).record;
    expect(shown(preferred)).toBe('Offline/Offline');
    const working = advance(preferred, at(1), set(BUSY, 10)).record;
    expect(shown(working)).toBe('Offline/OffWork');
    const gone = advance(working, at(11)).record;
    expect(shown(gone)).toBe('Offline/Offline');
    expect(shown(advance(gone, at(20), set(BUSY, 10)).record)).toBe('Offline/OffWork');
  });

  test('gives way to the sessions when it expires', () => {
    const { record } = live([
      { atMs: at(0), command: set(BUSY, 60) },
      { atMs: at(0), command: prefer(AWAY, 10) },
    ]);
    expect(shown(record)).toBe('Away/Away');
    expect(shown(advance(record, at(10)).record)).toBe('Busy/Busy');
  });
});

describe('the clock', () => {
  const faded = advance(advance(NEW_RECORD, at(0), set(AVAILABLE, 60)).record, at(6)).record;

  test('set back, changes nothing by itself', () => {
    expect(advance(faded, at(1))).toEqual({ record: faded, changes: [] });
  });

  test('set back, takes commands at its present and goes on numbering', () => {
    const { record, changes } = advance(faded, at(-600), set(BUSY, 10));
    expect(shown(record)).toBe('Busy/Busy');
    expect(changes.map(({ number }) => number)).toEqual([faded.number + 1]);
    expect(record.untilMs).toBe(at(-590));
  });
});

describe('over any history', () => {
  test('between now and the promised instant nothing changes', () => {
    fc.assert(
      fc.property(
        anyHistory,
        fc.nat(120),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (history, minutes, share) => {
          const nowMs = (history.at(-1)?.atMs ?? START_MS) + minutes * 10_000;
          const { facts } = live(history, [], nowMs).record;
          const { presence, untilMs } = presenceAt(facts, nowMs);
          expect(untilMs).toBeGreaterThan(nowMs);
          const lastMs = Math.min(untilMs - 1, nowMs + 48 * 60 * MINUTE_MS);
          const betweenMs = nowMs + Math.floor(share * (lastMs - nowMs));
          for (const eachMs of [nowMs, betweenMs, lastMs]) {
            expect(samePresence(presenceAt(facts, eachMs).presence, presence)).toBe(true);
          }
        },
      ),
      RUNS,
    );
  });

  test('the feed does not depend on when ticks came', () => {
    fc.assert(
      fc.property(
        anyHistory,
        fc.array(fc.nat(200 * MINUTE_MS), { maxLength: 60 }),
        (history, ticks) => {
          const endMs = at(300);
          const never = live(history, [], endMs);
          const often = live(
            history,
            ticks.map((byMs) => START_MS + byMs),
            endMs,
          );
          expect(often).toEqual(never);
        },
      ),
      RUNS,
    );
  });

  test('numbers have no repeats and only grow, also while the clock jumps about', () => {
    const jumps = fc.array(fc.tuple(fc.integer({ min: -600, max: 600 }), anyCommand(START_MS)), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(jumps, (steps) => {
        let record = NEW_RECORD;
        let nowMs = START_MS;
        let last = 0;
        for (const [seconds, command] of steps) {
          nowMs += seconds * 1000;
          const advanced = advance(record, nowMs, command);
          for (const { number } of advanced.changes) {
            expect(number).toBeGreaterThan(last);
            last = number;
          }
          record = advanced.record;
          expect(record.number).toBe(last);
        }
      }),
      RUNS,
    );
  });

  test('each change begins where the last one ended, and really is one', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const { changes, record } = live(history, [], at(400));
        let before = NEW_RECORD.presence;
        for (const change of changes) {
          expect(samePresence(change.before, before)).toBe(true);
          expect(samePresence(change.before, change.after)).toBe(false);
          before = change.after;
        }
        expect(samePresence(record.presence, before)).toBe(true);
      }),
      RUNS,
    );
  });

  test('the presence kept in the record is the one that follows from its facts', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const nowMs = at(150);
        const { record } = live(history, [], nowMs);
        const instantMs = Math.max(nowMs, history.at(-1)?.atMs ?? nowMs);
        const { presence, untilMs } = presenceAt(record.facts, instantMs);
        expect(samePresence(record.presence, presence)).toBe(true);
        expect(record.untilMs).toBe(untilMs);
      }),
      RUNS,
    );
  });

  test('a refused command leaves the record as time alone would', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const { record } = live(history);
        const nowMs = at(200);
        const nobody = { kind: 'clearPresence', appId: 'nobody', sessionId: 'none' } as const;
        const { refusal, ...rest } = advance(record, nowMs, nobody);
        expect(refusal).toBe('session not found');
        expect(rest).toEqual(advance(record, nowMs));
      }),
      RUNS,
    );
  });
});

test('a user about whom nothing was said is Offline, with number 0, for ever', () => {
  const { record, changes } = advance(NEW_RECORD, at(1e6));
  expect(record).toBe(NEW_RECORD);
  expect(changes).toEqual([]);
  expect(record.untilMs).toBe(NEVER_MS);
});
