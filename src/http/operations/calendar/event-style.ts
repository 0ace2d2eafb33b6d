import { shortened } from '../../../graph/duration.ts';
import {
  BEYOND_BASIC,
  EVENT_PROPERTIES,
  type EventProperty,
  type EventStyle,
} from '../../../mailbox/events/json.ts';
import { zoneOf } from '../../../mailbox/events/time.ts';
import { badOption } from '../../odata/page.ts';
import { preference, preferenceApplied } from '../../odata/preferences.ts';
import type { Call } from '../../route.ts';

/** How an answer is written, and the headers that say so. */
export interface AskedStyle {
  readonly style: EventStyle;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The `Prefer` headers of Outlook's API: `outlook.timezone`, UTC without it, and `outlook.body-content-type`.
 * A body stays as its author wrote it unless its text is asked for.
 * @throws GraphError 400 for a zone that nobody knows
 */
export function askedStyle({ headers }: Call): AskedStyle {
  const zoneName = preference(headers, 'outlook.timezone');
  const bodyType = preference(headers, 'outlook.body-content-type')?.toLowerCase();
  const bodyAsText = bodyType === 'text';
  return {
    style: {
      zone: zoneOf(zoneName ?? 'UTC', 'Prefer: outlook.timezone'),
      zoneName: zoneName ?? 'UTC',
      bodyAsText,
    },
    headers: preferenceApplied({
      'outlook.timezone': zoneName,
      'outlook.body-content-type': bodyAsText ? 'text' : undefined,
    }),
  };
}

export interface Selection {
  readonly properties: readonly EventProperty[];
  /** As the context of an answer repeats it: `(subject,start)`. */
  readonly context: string;
}

/**
 * What of an event the caller asked for with `$select`, and may see: `Calendars.ReadBasic` doesn't show
 * bodies.
 * @throws GraphError 400 for a property that events haven't got
 */
export function selection({ query, caller }: Call): Selection {
  const isBasic = !['Calendars.Read', 'Calendars.ReadWrite'].some((permission) =>
    caller.permissions.has(permission),
  );
  const shown = EVENT_PROPERTIES.filter((name) => !isBasic || !BEYOND_BASIC.has(name));
  const select = query.get('$select');
  if (select === null) return { properties: shown, context: '' };
  const names = select.split(',').map((name) => name.trim());
  if (names.includes('*')) return { properties: shown, context: '' };
  const lower = new Set(names.map((name) => name.toLowerCase()));
  const unknown = names.find(
    (name) => !EVENT_PROPERTIES.some((each) => each.toLowerCase() === name.toLowerCase()),
  );
  if (unknown !== undefined) {
    const known = EVENT_PROPERTIES.join(', ');
    throw badOption(
      '$select',
      `an event has no property '${shortened(unknown)}'. It has: ${known}`,
    );
  }
  const properties = shown.filter((name) => lower.has(name.toLowerCase()));
  return { properties, context: `(${properties.join(',')})` };
}
