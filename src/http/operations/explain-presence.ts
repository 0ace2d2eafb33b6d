import Type, { type TSchema } from 'typebox';
import { EXPLAIN_PRESENCE } from '../../auth/permissions.ts';
import type { Clock } from '../../clock.ts';
import { NEW_RECORD } from '../../engine/advance.ts';
import { type Explanation, explain } from '../../engine/explanation.ts';
import { NEVER_MS } from '../../engine/facts.ts';
import type { Pair } from '../../engine/pair.ts';
import { userNotFound } from '../../graph/error.ts';
import type { PresenceService } from '../../presence/service.ts';
import { nullable } from '../body.ts';
import { json, type Route } from '../route.ts';

const instant = Type.String({ format: 'date-time' });
const pairFields = { availability: Type.String(), activity: Type.String() };
const role = Type.Enum(['decides', 'outranked', 'overridden', 'waits', 'beside'], {
  description:
    'decides: it is what shows. outranked: another state comes first. overridden: the user’s choice shows in its place. waits: for its time, or for a session to live. beside: it shows next to the pair.',
});
const told = <Fields extends Record<string, TSchema>>(fields: Fields) =>
  Type.Object({ ...fields, role });

const explanationSchema = Type.Object({
  id: Type.String({ description: "The user's object id." }),
  atDateTime: instant,
  ...pairFields,
  decidedBy: Type.Enum(['session', 'preferred', 'calendar', 'no session']),
  sessions: Type.Array(
    told({
      appId: Type.String(),
      sessionId: Type.String(),
      ...pairFields,
      setDateTime: instant,
      fadesDateTime: nullable(instant),
      expirationDateTime: instant,
    }),
  ),
  preferredPresence: nullable(told({ ...pairFields, expirationDateTime: instant })),
  calendar: Type.Array(told({ kind: Type.String(), startDateTime: instant, endDateTime: instant })),
  automaticReplies: nullable(
    told({ startDateTime: nullable(instant), endDateTime: nullable(instant) }),
  ),
  next: nullable(Type.Object({ dateTime: instant, ...pairFields })),
});

/** Why a user's presence is what it is: an operation of our own (docs/decisions/0012-effect-of-a-set.md). */
export function explainPresence({
  presence,
  clock,
}: {
  readonly presence: PresenceService;
  readonly clock: Clock;
}): Route {
  return {
    operation: 'explainPresence',
    summary: "Tell why a user's presence is what it is, and what comes next",
    method: 'GET',
    paths: ['/porchlight/me/presence/explanation', '/porchlight/users/:user/presence/explanation'],
    access: EXPLAIN_PRESENCE,
    result: explanationSchema,
    async handle({ caller, userId }) {
      const [stored] = await presence.read(caller, [userId]);
      const record = stored ?? (caller.userId === userId ? NEW_RECORD : undefined);
      if (record === undefined) throw userNotFound(userId);
      const nowMs = clock.nowMs();
      return json(JSON.stringify(explanationOf(userId, nowMs, explain(record.facts, nowMs))));
    },
  };
}

function explanationOf(id: string, nowMs: number, explanation: Explanation): object {
  const { presence, decision, sessions, preferred, calendar, automaticReplies, next } = explanation;
  return {
    id,
    atDateTime: iso(nowMs),
    ...pairOf(presence),
    decidedBy: decision.by,
    sessions: sessions.map(({ session, state, fadesAtMs, role: its }) => ({
      appId: session.appId,
      sessionId: session.sessionId,
      ...pairOf(state),
      setDateTime: iso(session.setAtMs),
      fadesDateTime: fadesAtMs === null ? null : iso(fadesAtMs),
      expirationDateTime: iso(session.expiresAtMs),
      role: its,
    })),
    preferredPresence: preferred && {
      ...pairOf(preferred.pair),
      expirationDateTime: iso(preferred.expiresAtMs),
      role: preferred.role,
    },
    calendar: calendar.map(({ kind, startsAtMs, endsAtMs, role: its }) => ({
      kind,
      startDateTime: iso(startsAtMs),
      endDateTime: iso(endsAtMs),
      role: its,
    })),
    automaticReplies: automaticReplies && {
      startDateTime: automaticReplies.startsAtMs === 0 ? null : iso(automaticReplies.startsAtMs),
      endDateTime: automaticReplies.endsAtMs === NEVER_MS ? null : iso(automaticReplies.endsAtMs),
      role: automaticReplies.role,
    },
    next: next && { dateTime: iso(next.atMs), ...pairOf(next.presence) },
  };
}

function pairOf({ availability, activity }: Pair): Pair {
  return { availability, activity };
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
