import { invalidArgument } from '../../../graph/error.ts';
import type { Profile } from '../../../graph/settable.ts';

const RRULE = '@porchlight.rrule';

/** A recurrence as RFC 5545's rule is an addition of ours. @throws GraphError 400 in profile graph */
export function mustFitProfile(
  { recurrence }: { readonly recurrence?: object | null | undefined },
  profile: Profile,
): void {
  if (profile === 'extended' || recurrence == null || !Object.hasOwn(recurrence, RRULE)) return;
  throw invalidArgument(`[Recurrence.${RRULE}]: needs profile extended.`);
}
