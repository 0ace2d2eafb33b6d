import { advance, NEW_RECORD, type UserRecord } from '../src/engine/advance.ts';
import type { PresenceCommand } from '../src/engine/command.ts';
import { AVAILABLE } from '../src/engine/pair.ts';
import { figure, type Question } from './question.ts';
import { median } from './rounds.ts';
import { APP } from './users.ts';

/** Aim: a million keep-alives a second. */
const AIM = 1_000_000;

const USERS = 1000;

/** Keep-alives of one user lie this far apart. */
const INTERVAL_MS = 60_000;

const KEEP_ALIVE: PresenceCommand = {
  kind: 'setPresence',
  appId: APP,
  sessionId: APP,
  pair: AVAILABLE,
  lifetimeMs: 3_600_000,
};

/** The engine alone, in this process: no store, no wire. */
export const advances: Question = {
  name: 'advance',
  title: '`advance` in process',
  async run({ rounds, durationMs, note }) {
    note('advance');
    const records = Array.from({ length: USERS }, () => NEW_RECORD);
    let nowMs = Date.parse('2026-11-21T09:00:00Z');
    const perSecond: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const startedMs = performance.now();
      let done = 0;
      let tookMs = 0;
      while (tookMs < durationMs / 2) {
        nowMs += INTERVAL_MS;
        keepAlive(records, nowMs);
        done += records.length;
        tookMs = performance.now() - startedMs;
      }
      if (round > 0) perSecond.push(done / (tookMs / 1000));
    }
    return [
      {
        what: `${figure(USERS)} users in turn`,
        result: `${figure(median(perSecond) / 1e6, 2)} million keep-alives/s`,
        aim: `≥ ${figure(AIM / 1e6)} million`,
        met: median(perSecond) >= AIM,
        figures: `${figure(1e9 / median(perSecond))} ns each`,
      },
    ];
  },
};

function keepAlive(records: UserRecord[], nowMs: number): void {
  for (const [index, record] of records.entries()) {
    records[index] = advance(record, nowMs, KEEP_ALIVE).record;
  }
}
