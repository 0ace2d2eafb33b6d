import { shortened } from '../../../graph/duration.ts';
import type { ShownEvent } from '../../../mailbox/events/shown.ts';
import { badOption } from '../../odata/page.ts';

type Key = (event: ShownEvent) => number | string;

const KEYS: Readonly<Record<string, Key>> = {
  'start/datetime': ({ startsAtMs }) => startsAtMs,
  'end/datetime': ({ endsAtMs }) => endsAtMs,
  createddatetime: ({ stored }) => stored.createdMs,
  lastmodifieddatetime: ({ stored }) => stored.modifiedMs,
  subject: ({ fields }) => fields.subject.toLowerCase(),
};

const MOST_KEYS = 5;

/**
 * Puts events into the order that `$orderby` asks for; without it they stay as they come. What is alike stays
 * in its order too, so that pages fit together.
 * @throws GraphError 400
 */
export function eventOrder(
  orderBy: string | null,
): (events: readonly ShownEvent[]) => readonly ShownEvent[] {
  if (orderBy === null) return (events) => events;
  const parts = orderBy.split(',', MOST_KEYS + 1).map((part) => part.trim());
  if (parts.length > MOST_KEYS) throw badOption('$orderby', `${MOST_KEYS} properties at most`);
  const keys = parts.map(keyOf);
  return (events) =>
    [...events].sort((one, other) => {
      for (const { key, sign } of keys) {
        const [a, b] = [key(one), key(other)];
        if (a !== b) return a < b ? -sign : sign;
      }
      return 0;
    });
}

function keyOf(part: string): { key: Key; sign: number } {
  const [property = '', direction = 'asc', ...rest] = part.split(/\s+/);
  const name = property.toLowerCase();
  const key = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined;
  if (key === undefined || rest.length > 0 || !/^(asc|desc)$/i.test(direction)) {
    throw badOption(
      '$orderby',
      `'${shortened(part)}' is not supported. Supported are start/dateTime, end/dateTime, createdDateTime, lastModifiedDateTime and subject, each with asc or desc`,
    );
  }
  return { key, sign: direction.toLowerCase() === 'asc' ? 1 : -1 };
}
