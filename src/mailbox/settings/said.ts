import { shortened } from '../../graph/duration.ts';
import { type GraphError, invalidArgument } from '../../graph/error.ts';
import { EVENT_LIMITS } from '../events/limits.ts';

/** What a client may say or leave unsaid; null is the same as never. */
export type Given<T> = T | null | undefined;

/** @throws GraphError 400 naming the values that there are; they count in any case */
export function oneOf<T extends string>(values: readonly T[], given: string, field: string): T {
  const value = values.find((each) => each.toLowerCase() === given.toLowerCase());
  if (value !== undefined) return value;
  throw invalidArgument(`[${field}]: '${shortened(given)}' is none of ${values.join(', ')}.`);
}

/** @throws GraphError 400 for a text that is too long */
export function shortText(text: string, field: string): string {
  if (text.length <= EVENT_LIMITS.shortText) return text;
  throw invalidArgument(`[${field}]: ${EVENT_LIMITS.shortText} characters at most.`);
}

/** @throws GraphError 400 for more values than there may be */
export function atMost<T>(most: number, values: readonly T[], field: string): readonly T[] {
  if (values.length <= most) return values;
  throw invalidArgument(`[${field}]: ${values.length} are too many: ${most} at most.`);
}

/** @throws GraphError 400 for a number outside the range */
export function within(least: number, most: number, value: number, field: string): number {
  if (value >= least && value <= most) return value;
  throw invalidArgument(`[${field}]: ${value} is not a number from ${least} to ${most}.`);
}

export function required(field: string): GraphError {
  return invalidArgument(`[${field}]: The ${field.split('.').at(-1)} field is required.`);
}
