import { DAY_MS } from '../../../calendar/days.ts';
import { parseDateTimeOffset } from '../../../graph/date-time-offset.ts';
import { GraphError } from '../../../graph/error.ts';
import { eventJson } from '../../../mailbox/events/json.ts';
import { EVENT_LIMITS } from '../../../mailbox/events/limits.ts';
import type { ShownEvent } from '../../../mailbox/events/shown.ts';
import type { Range } from '../../../mailbox/events/view.ts';
import { COLLECTION_QUERY, pageOf } from '../../odata/page.ts';
import { checkOptions } from '../../page.ts';
import { type Call, JSON_HEADERS, type Reply } from '../../route.ts';
import { calendarAddress, contextOf } from './event-call.ts';
import { eventFilter } from './event-filter.ts';
import { eventOrder } from './event-order.ts';
import { askedStyle, selection } from './event-style.ts';

const OPTIONS = Object.keys(COLLECTION_QUERY);

/**
 * A collection of events as a query wants it, to be written once they are known. What is wrong with the query
 * is said before anything is read.
 * @param suffix where the collection stands below the user: `/events`
 * @throws GraphError 400
 */
export function collectionReply(
  call: Call,
  suffix: string,
): (events: readonly ShownEvent[]) => Reply {
  const { query } = call;
  checkOptions(query, OPTIONS);
  const { style, headers } = askedStyle(call);
  const { properties, context } = selection(call);
  const passes = eventFilter(query.get('$filter'));
  const order = eventOrder(query.get('$orderby'));
  // So that a query that can't be is refused also where there is nothing.
  pageOf([], query, '');

  return (events) => {
    const found = order(events.filter(passes));
    const { items, count, nextLink } = pageOf(found, query, calendarAddress(call, suffix));
    const json = {
      '@odata.context': contextOf(call, `${suffix.slice(1)}${context}`),
      ...(count !== undefined && { '@odata.count': count }),
      value: items.map((event) => eventJson(event, style, properties)),
      ...(nextLink !== undefined && { '@odata.nextLink': nextLink }),
    };
    return {
      status: 200,
      headers: { ...JSON_HEADERS, ...headers },
      body: JSON.stringify(json),
    };
  };
}

/** What a view needs in its query, for the documents. */
export const RANGE_QUERY = {
  startDateTime: 'ISO 8601; in UTC without an offset. Required.',
  endDateTime: `ISO 8601; in UTC without an offset, at most ${EVENT_LIMITS.days} days after the start. Required.`,
};

/** @throws GraphError 400 */
export function rangeOf({ query }: Call): Range {
  const fromMs = instantIn(query, 'startDateTime');
  const toMs = instantIn(query, 'endDateTime');
  if (toMs < fromMs) throw refused('[endDateTime]: The end is before the start.');
  if (toMs - fromMs > EVENT_LIMITS.days * DAY_MS) {
    // The real service's words.
    throw refused(
      `Your request can't be completed. The range between the start and end dates is greater than the allowed range. Maximum number of days: ${EVENT_LIMITS.days}`,
    );
  }
  return { fromMs, toMs };
}

function instantIn(query: URLSearchParams, name: string): number {
  const text = query.get(name);
  if (text === null || text === '') {
    throw refused(
      `This request requires a time window specified by the query string parameters startDateTime and endDateTime; ${name} is missing.`,
    );
  }
  // A plus sign that nobody encoded arrives as a space; and a date alone is its midnight.
  const plain = text.replace(/ (?=\d\d:\d\d$)/, '+');
  const whole = /^\d{4}-\d\d-\d\d$/.test(plain) ? `${plain}T00:00:00Z` : plain;
  return parseDateTimeOffset(whole, name);
}

function refused(message: string): GraphError {
  return new GraphError(400, 'ErrorInvalidRequest', message);
}
