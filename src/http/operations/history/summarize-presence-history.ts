import { Temporal } from 'temporal-polyfill';
import Type from 'typebox';
import { READ_HISTORY } from '../../../auth/permissions.ts';
import { checkOptions } from '../../page.ts';
import { json, type Route } from '../../route.ts';
import { readKnown } from '../known-record.ts';
import { askedRange, mustBeOn, RANGE_QUERY, refusingTooLong } from './asked-range.ts';
import { type HistoryServices, historyPaths } from './get-presence-history.ts';
import { rangeFields } from './history-schema.ts';

const duration = Type.String({ format: 'duration', description: 'Hours and less, as in PT26H5M.' });

/** How long a user was in each state: an operation of our own (docs/history.md). */
export function summarizePresenceHistory({ presence, history }: HistoryServices): Route {
  return {
    operation: 'summarizePresenceHistory',
    summary: "Tell how long a user's presence was in each state",
    method: 'GET',
    paths: historyPaths('/summary'),
    access: READ_HISTORY,
    query: RANGE_QUERY,
    result: Type.Object({
      id: Type.String({ description: "The user's object id." }),
      ...rangeFields,
      changes: Type.Integer({ description: 'How many there were.' }),
      availability: Type.Array(Type.Object({ availability: Type.String(), duration })),
      activity: Type.Array(Type.Object({ activity: Type.String(), duration })),
    }),
    async handle(call) {
      const { caller, userId, query } = call;
      checkOptions(query, []);
      const range = askedRange(query);
      mustBeOn(history, caller);
      await readKnown(presence, call);
      const user = { tenantId: caller.tenantId, userId };
      const summary = await history.summary(user, range).catch(refusingTooLong('to'));
      return json(
        JSON.stringify({
          id: userId,
          fromDateTime: new Date(summary.fromMs).toISOString(),
          toDateTime: new Date(summary.toMs).toISOString(),
          knownFromDateTime: new Date(summary.knownFromMs).toISOString(),
          changes: summary.changes,
          availability: summary.availabilities.map(({ availability, ms }) => ({
            ...{ availability, duration: durationText(ms) },
          })),
          activity: summary.activities.map(({ activity, ms }) => ({
            ...{ activity, duration: durationText(ms) },
          })),
        }),
      );
    },
  };
}

/** To the millisecond: all of them together are as long as the range. */
function durationText(ms: number): string {
  return Temporal.Duration.from({ milliseconds: Math.round(ms) })
    .round({ largestUnit: 'hours' })
    .toString();
}
