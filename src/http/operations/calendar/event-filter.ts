import type { Condition, Fields, Instants } from '../../../graph/condition.ts';
import { parseFilter } from '../../../graph/filter.ts';
import type { ShownEvent } from '../../../mailbox/events/shown.ts';

const FIELDS: Fields<ShownEvent> = new Map<string, (event: ShownEvent) => string | boolean | null>([
  ['subject', ({ fields }) => fields.subject],
  ['icaluid', ({ stored, fields }) => fields.iCalUId ?? stored.id],
  ['showas', ({ fields }) => fields.showAs],
  ['sensitivity', ({ fields }) => fields.sensitivity],
  ['importance', ({ fields }) => fields.importance],
  ['type', ({ type }) => type],
  [
    'seriesmasterid',
    ({ stored, originalStartMs }) => (originalStartMs === null ? null : stored.id),
  ],
  ['responsestatus/response', ({ fields }) => fields.responseStatus.response],
  ['isallday', ({ fields }) => fields.isAllDay],
  ['iscancelled', ({ fields }) => fields.isCancelled],
  ['isorganizer', ({ fields }) => fields.isOrganizer],
]);

const INSTANTS: Instants<ShownEvent> = new Map<string, (event: ShownEvent) => number>([
  ['start/datetime', ({ startsAtMs }) => startsAtMs],
  ['end/datetime', ({ endsAtMs }) => endsAtMs],
  ['createddatetime', ({ stored }) => stored.createdMs],
  ['lastmodifieddatetime', ({ stored }) => stored.modifiedMs],
]);

/**
 * What lets the events through that a `$filter` asks for; all of them without one. Instants without an offset
 * are in UTC, whatever zone is preferred for the answer.
 * @throws GraphError 400
 */
export function eventFilter(filter: string | null): Condition<ShownEvent> {
  return filter === null ? () => true : parseFilter(filter, FIELDS, INSTANTS);
}
