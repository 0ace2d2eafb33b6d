import Type, { type Static, type TObject } from 'typebox';
import { STEER_SERVER } from '../auth/permissions.ts';
import { parseDateTimeOffset } from '../graph/date-time-offset.ts';
import { parseLifetime } from '../graph/duration.ts';
import { invalidArgument } from '../graph/error.ts';
import { bodySchema } from '../http/body.ts';
import { json, type Route } from '../http/route.ts';
import { clockJson, clockSchema, journeyJson, journeySchema } from './clock-json.ts';
import type { Trace } from './trace.ts';
import type { TimeTravel } from './travel.ts';

/** How far a clock is moved at once: all that happens in a year is done in one request. */
const FARTHEST = { leastMs: 1, mostMs: 366 * 86_400_000 };

const EARLIEST_MS = Date.UTC(2000, 0, 1);

const advanceBody = bodySchema({
  duration: Type.String({ maxLength: 64, description: 'ISO 8601, such as PT5M.' }),
});
const setBody = bodySchema({
  dateTime: Type.String({ maxLength: 64, description: 'An instant: 2026-11-21T09:00:00Z.' }),
});

/** The clock of the server: operations of our own (docs/decisions/0070-virtual-clock.md). */
export function clockRoutes(travel: TimeTravel): readonly Route[] {
  const { clock } = travel;

  /** Without `act`, tells how the clock stands; else what happened, where `act` says so. */
  const route = (
    method: Route['method'],
    name: string,
    [operation, summary]: readonly [string, string],
    body: TObject | undefined,
    act: (body: unknown) => Promise<Trace | undefined>,
    result: TObject = clockSchema,
  ): Route => ({
    operation,
    summary,
    method,
    paths: [`/porchlight/clock${name}`],
    access: STEER_SERVER,
    ...(body && { body }),
    result,
    async handle(call) {
      const trace = await act(call.body);
      return json(trace === undefined ? clockJson(clock) : journeyJson(clock, trace));
    },
  });

  return [
    route('GET', '', ['getClock', 'Tell what time it is here'], undefined, async () => undefined),
    route('POST', '/freeze', ['freezeClock', 'Stop the clock'], undefined, nothing(travel.freeze)),
    route(
      'POST',
      '/resume',
      ['resumeClock', 'Let the clock go on from where it stands'],
      undefined,
      nothing(travel.resume),
    ),
    route(
      'POST',
      '/reset',
      ['resetClock', "Let the clock show the machine's time again"],
      undefined,
      travel.reset,
      journeySchema,
    ),
    route(
      'POST',
      '/advance',
      ['advanceClock', 'Move the clock on; all that is due on the way happens, in order'],
      advanceBody,
      async (body) => {
        const { duration } = body as Static<typeof advanceBody>;
        return travel.advance(parseLifetime(duration, 'Duration', FARTHEST));
      },
      journeySchema,
    ),
    route(
      'POST',
      '/set',
      ['setClock', 'Set the clock; forwards, all that is due on the way happens, in order'],
      setBody,
      async (body) => {
        const { dateTime } = body as Static<typeof setBody>;
        return travel.moveTo(instantIn(dateTime, clock.nowMs()));
      },
      journeySchema,
    ),
  ];
}

/** Nothing happens on the way. */
function nothing(act: () => Promise<void>): () => Promise<undefined> {
  return async () => void (await act());
}

/** @throws GraphError 400 */
function instantIn(text: string, nowMs: number): number {
  const atMs = parseDateTimeOffset(text, 'DateTime');
  if (atMs < EARLIEST_MS || Math.abs(atMs - nowMs) > FARTHEST.mostMs) {
    throw invalidArgument('[DateTime]: must be within a year of now, from the year 2000 on.');
  }
  return atMs;
}
