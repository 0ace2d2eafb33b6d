import { Temporal } from 'temporal-polyfill';
import { shortened } from './duration.ts';
import { invalidArgument } from './error.ts';

const FORM = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?$/i;

/**
 * Reads an `Edm.DateTimeOffset`: ISO 8601 with a zone. Without one UTC is meant, as clients that have
 * lost the `Z` on the way mean it.
 * @returns Unix time in whole ms
 * @throws GraphError 400 naming the field
 */
export function parseDateTimeOffset(text: string, field: string): number {
  const [, wallClock, zone = 'Z'] = (text.length <= 64 && FORM.exec(text)) || [];
  try {
    if (wallClock === undefined) throw new RangeError('not a date and time');
    return Temporal.Instant.from(`${wallClock}${zone}`).epochMilliseconds;
  } catch {
    throw invalidArgument(
      `[${field}]: '${shortened(text)}' is not a date and time with a zone such as 2026-11-21T17:05:00Z.`,
    );
  }
}

/** `2026-11-21T10:00:00.0000000Z`: seven digits of a second, as the real service writes it. */
export function formatDateTimeOffset(instantMs: number): string {
  return new Date(instantMs).toISOString().replace('Z', '0000Z');
}
