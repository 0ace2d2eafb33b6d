import { DAY_MS } from '../../calendar/days.ts';
import { type GraphError, invalidArgument } from '../../graph/error.ts';
import type { EventFields } from './fields.ts';
import { EVENT_LIMITS } from './limits.ts';
import { readZoned, writeWall } from './time.ts';

/**
 * What holds between an event's times: the end isn't before the start, whole days are whole ("start and end
 * time must be set to midnight and be in the same time zone", Graph's page of the event), nothing lasts for
 * longer than five years.
 * @throws GraphError 400
 */
export function checkedTimes({
  start,
  end,
  isAllDay,
}: EventFields): Pick<EventFields, 'start' | 'end'> {
  const from = readZoned(start, 'Start');
  const to = readZoned(end, 'End');
  const lengthMs = to.zone.instantOf(to.wall) - from.zone.instantOf(from.wall);
  if (isAllDay) {
    if (from.zone !== to.zone) {
      throw invalidArgument('[End.TimeZone]: An all-day event ends in the zone that it starts in.');
    }
    if (from.wall % DAY_MS !== 0) throw notMidnight('Start');
    if (to.wall % DAY_MS !== 0) throw notMidnight('End');
    if (to.wall - from.wall < DAY_MS) {
      throw invalidArgument('[End]: An all-day event lasts for a day at least.');
    }
  }
  if (lengthMs < 0) throw invalidArgument('[End]: The end is before the start.');
  if (lengthMs > EVENT_LIMITS.days * DAY_MS) {
    throw invalidArgument(`[End]: An event lasts for ${EVENT_LIMITS.days} days at most.`);
  }
  return {
    start: { dateTime: writeWall(from.wall), timeZone: start.timeZone },
    end: { dateTime: writeWall(to.wall), timeZone: end.timeZone },
  };
}

function notMidnight(field: string): GraphError {
  return invalidArgument(`[${field}]: An all-day event begins and ends at midnight.`);
}
