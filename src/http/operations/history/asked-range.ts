import type { Caller } from '../../../auth/caller.ts';
import { parseDateTimeOffset } from '../../../graph/date-time-offset.ts';
import { GraphError, invalidArgument } from '../../../graph/error.ts';
import { type PresenceHistory, type Range, RangeTooLong } from '../../../history/history.ts';

/** What a range takes of a query, for the documents. */
export const RANGE_QUERY = {
  from: 'A date and time with a zone; from as early as it is known without it.',
  to: 'Likewise, and not included; until now without it.',
};

/** The range that a query asks for. @throws GraphError 400 */
export function askedRange(query: URLSearchParams): Range {
  const fromMs = askedInstant(query, 'from');
  const toMs = askedInstant(query, 'to');
  if (fromMs !== undefined && toMs !== undefined && fromMs > toMs) {
    throw invalidArgument('[from]: It is later than [to].');
  }
  return { fromMs, toMs };
}

/** An instant in a query; undefined without one. @throws GraphError 400 */
export function askedInstant(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  return text === null ? undefined : parseDateTimeOffset(text, name);
}

/** @throws GraphError 403 where the tenant's history isn't told */
export function mustBeOn(history: PresenceHistory, { tenantId }: Caller): void {
  if (history.isOn(tenantId)) return;
  throw new GraphError(403, 'Forbidden', 'The history of presence is off in this tenant.');
}

/** What becomes of an error of the history: a range that is too long is a 400 that names the field. */
export function refusingTooLong(field: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof RangeTooLong)) throw error;
    throw invalidArgument(
      `[${field}]: There are more than ${error.most} changes to look at. Ask for a shorter range.`,
    );
  };
}
