import type { IfMatch } from '../../../mailbox/events/calendars.ts';
import { etagOf } from '../../../mailbox/events/json.ts';
import { ifMatchTags, isTagAmong } from '../../odata/preferences.ts';
import type { Call } from '../../route.ts';

/** The condition of an If-Match header (RFC 9110, section 13.1.1). */
export function ifMatch({ headers }: Call): IfMatch {
  const tags = ifMatchTags(headers);
  return tags === null ? null : (event) => isTagAmong(tags, etagOf(event));
}
