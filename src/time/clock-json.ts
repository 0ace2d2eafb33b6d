import Type from 'typebox';
import { sequenceNumber } from '../graph/presence-json.ts';
import { nullable } from '../http/body.ts';
import type { Trace, TraceEvent } from './trace.ts';
import type { VirtualClock } from './virtual-clock.ts';

const instant = Type.String({ format: 'date-time' });
const pair = Type.Object({ availability: Type.String(), activity: Type.String() });

const clockFields = {
  dateTime: Type.String({ format: 'date-time', description: 'What the clock shows.' }),
  state: Type.Enum(['running', 'frozen']),
};

export const clockSchema = Type.Object(clockFields);

const eventSchema = Type.Union([
  Type.Object({
    dateTime: instant,
    kind: Type.Literal('presence'),
    tenantId: Type.String(),
    userId: Type.String(),
    before: pair,
    after: pair,
    cause: Type.Object({ kind: Type.String(), appId: Type.Optional(Type.String()) }),
    sequenceNumber: Type.String(),
  }),
  Type.Object({
    dateTime: instant,
    kind: Type.Literal('subscription'),
    tenantId: Type.String(),
    subscriptionId: Type.String(),
    event: Type.Enum(['expired', 'reauthorizationRequired']),
  }),
  Type.Object({
    dateTime: instant,
    kind: Type.Literal('notification'),
    url: Type.String(),
    items: Type.Array(
      Type.Object({
        subscriptionId: Type.String(),
        userId: nullable(Type.String()),
        lifecycleEvent: nullable(Type.String()),
      }),
    ),
    outcome: Type.Union([Type.Integer(), Type.String()], {
      description: 'The status that the receiver answered, or why there was none.',
    }),
  }),
]);

export const journeySchema = Type.Object({
  ...clockFields,
  events: Type.Array(eventSchema),
  omitted: Type.Integer({ description: 'How many more happened than are told.' }),
});

export function clockJson(clock: VirtualClock): string {
  return JSON.stringify(clockOf(clock));
}

export function journeyJson(clock: VirtualClock, { events, omitted }: Trace): string {
  return JSON.stringify({ ...clockOf(clock), events: events.map(eventOf), omitted });
}

function clockOf(clock: VirtualClock) {
  return { dateTime: new Date(clock.nowMs()).toISOString(), state: clock.state.kind };
}

/** An event as it is told, `dateTime` first and never as milliseconds. */
export function eventOf(event: TraceEvent): object {
  const { atMs, kind, ...rest } = event;
  const dateTime = new Date(atMs).toISOString();
  if (!('number' in rest)) return { dateTime, kind, ...rest };
  const { number, ...told } = rest;
  return { dateTime, kind, ...told, sequenceNumber: sequenceNumber(number) };
}
