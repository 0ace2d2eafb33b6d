import type { PresenceCommand } from '../../src/engine/command.ts';
import type { CalendarSpan } from '../../src/engine/facts.ts';
import { BUSY } from '../../src/engine/pair.ts';
import { fillStore } from '../seed.ts';
import { APP, userId } from '../users.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Every so many-th has a meeting that begins at the same instant; each group has its own instant. */
export const GROUPS = 5;

/** A store of people who are all at work, and of whom a fifth each has its meeting at some instant. */
export interface People {
  readonly place: string;
  readonly count: number;
  readonly inGroup: number;
  readonly builtInMs: number;
  /** When the meetings of a group begin, Unix time. */
  edgeMs(group: number): number;
  /** Ids of a group, in no order. */
  group(group: number): string[];
}

export async function peopleAtWork(place: string, count: number): Promise<People> {
  const beganMs = Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS;
  const edgeMs = (group: number) => beganMs + (group + 1) * HOUR_MS;
  const builtInMs = await fillStore(place, count, (index) => said(beganMs, edgeMs(index % GROUPS)));
  const inGroup = count / GROUPS;
  return {
    place,
    count,
    inGroup,
    builtInMs,
    edgeMs,
    group: (group) => Array.from({ length: inGroup }, (_, index) => userId(index * GROUPS + group)),
  };
}

/** A session that doesn't fade, and the calendar of two days, of which nothing else comes due that day. */
function said(beganMs: number, edgeMs: number): readonly PresenceCommand[] {
  const tomorrowMs = edgeMs + 24 * HOUR_MS;
  const span = (kind: CalendarSpan['kind'], startsAtMs: number, hours: number): CalendarSpan => ({
    ...{ kind, startsAtMs, endsAtMs: startsAtMs + hours * HOUR_MS },
  });
  return [
    {
      ...{ kind: 'setPresence', appId: APP, sessionId: APP, pair: BUSY },
      lifetimeMs: 48 * HOUR_MS,
    },
    {
      ...{ kind: 'setCalendar', appId: APP, outOfOffice: null, revision: 1 },
      refillAtMs: beganMs + 36 * HOUR_MS,
      spans: [
        span('busy', edgeMs, 12),
        span('busy', tomorrowMs, 1),
        span('focusing', tomorrowMs + 2 * HOUR_MS, 2),
        span('busy', tomorrowMs + 5 * HOUR_MS, 1),
      ],
    },
  ];
}
