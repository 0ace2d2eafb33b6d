import { shortened } from '../../graph/duration.ts';
import { invalidArgument } from '../../graph/error.ts';

const FORM = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,12}))?)?$/;

/**
 * Reads an `Edm.TimeOfDay`, and gives it as the real service writes it: `08:00:00.0000000`.
 * @throws GraphError 400 naming the field
 */
export function timeOfDay(given: string, field: string): string {
  const [, hours, minutes, seconds = '00', fraction = ''] = FORM.exec(given) ?? [];
  if (hours === undefined) {
    throw invalidArgument(
      `[${field}]: '${shortened(given)}' is not a time of day such as 08:00:00.0000000.`,
    );
  }
  return `${hours}:${minutes}:${seconds}.${fraction.slice(0, 7).padEnd(7, '0')}`;
}
