import type { Write } from './operation.ts';
import type { Sighting } from './sighting.ts';

/** The places of a history at which something may or must have happened. */
export type Event = { readonly atNs: number } & (
  | { readonly kind: 'write begins'; readonly write: Write }
  | { readonly kind: 'write ends'; readonly write: Write }
  | { readonly kind: 'sighting begins'; readonly index: number }
  | { readonly kind: 'sighting ends'; readonly index: number }
);

/** In the order of time; what ends when another begins counts as beside it. */
export function eventsOf(writes: readonly Write[], sightings: readonly Sighting[]): Event[] {
  const begins: Event[] = [];
  const ends: Event[] = [];
  for (const write of writes) {
    if (write.outcome === 'no effect') continue;
    begins.push({ atNs: write.invokedNs, kind: 'write begins', write });
    // An unknown one may happen whenever it likes.
    if (write.outcome === 'unknown') continue;
    ends.push({ atNs: write.returnedNs, kind: 'write ends', write });
  }
  for (const [index, { fromNs, byNs }] of sightings.entries()) {
    begins.push({ atNs: fromNs, kind: 'sighting begins', index });
    ends.push({ atNs: byNs, kind: 'sighting ends', index });
  }
  return [...begins, ...ends].sort((a, b) => a.atNs - b.atNs);
}
