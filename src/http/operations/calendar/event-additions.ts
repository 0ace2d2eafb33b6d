import type { Additions } from '../../../graph/additions.ts';
import { invalidArgument } from '../../../graph/error.ts';

const RRULE = '@porchlight.rrule';

/** A recurrence as RFC 5545's rule is an addition of ours. @throws GraphError 400 where it isn't allowed */
export function noteAdditions(
  { recurrence }: { readonly recurrence?: object | null | undefined },
  additions: Additions,
): void {
  if (recurrence == null || !Object.hasOwn(recurrence, RRULE)) return;
  additions.use('rrule', () => invalidArgument(`[Recurrence.${RRULE}]: needs profile extended.`));
}
