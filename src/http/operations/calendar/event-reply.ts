import { EVENT_PROPERTIES, etagOf, eventJson } from '../../../mailbox/events/json.ts';
import type { ShownEvent } from '../../../mailbox/events/shown.ts';
import { checkOptions } from '../../page.ts';
import { type Call, JSON_HEADERS, type Reply } from '../../route.ts';
import { contextOf } from './event-call.ts';
import { askedStyle, selection } from './event-style.ts';

/** One event as the caller wants it, to be written once it is known. @throws GraphError 400 */
export function eventReply(call: Call): (event: ShownEvent) => Reply {
  const { style, headers } = askedStyle(call);
  checkOptions(call.query, call.query.has('$select') ? ['$select'] : []);
  const { properties, context } = selection(call);
  return (event) => {
    const json = {
      '@odata.context': contextOf(call, `events${context}/$entity`),
      ...eventJson(event, style, properties),
    };
    return {
      status: 200,
      headers: { ...JSON_HEADERS, ...headers, etag: etagOf(event) },
      body: JSON.stringify(json),
    };
  };
}

/** One event as whoever just wrote it wants it: whole. @throws GraphError 400 */
export function writtenReply(call: Call): (event: ShownEvent) => Reply {
  const { style, headers } = askedStyle(call);
  return (event) => {
    const json = {
      '@odata.context': contextOf(call, 'events/$entity'),
      ...eventJson(event, style, EVENT_PROPERTIES),
    };
    return {
      status: 200,
      headers: { ...JSON_HEADERS, ...headers, etag: etagOf(event) },
      body: JSON.stringify(json),
    };
  };
}
