import { grouped } from './grouped.ts';
import { looksFromNs, type Read } from './operation.ts';

/**
 * What the reads of one number ask of an order of writes. Between two changes a number stands still, so all
 * reads of a number are of one stretch of time without a change: one that begins before the first of them ended
 * (`byNs`) and lasts until the last of them began (`fromNs`). Two sightings say as much as all of the reads.
 */
export interface Sighting {
  readonly read: Read;
  /** The status message that it shows, as JSON. */
  readonly text: string;
  readonly fromNs: number;
  readonly byNs: number;
}

/** In the order in which they must have looked: numbers never go back. */
export function sightingsOf(reads: readonly Read[]): Sighting[] {
  const byNumber = grouped(reads, ({ number }) => number);
  const numbers = [...byNumber.keys()].sort((a, b) => a - b);
  return numbers.flatMap((number) => {
    const same = (byNumber.get(number) ?? []).map((read) => ({
      read,
      text: textOf(read.shown),
      fromNs: looksFromNs(read),
      byNs: read.returnedNs,
    }));
    const soonest = same.reduce((a, b) => (b.byNs < a.byNs ? b : a));
    const latest = same.reduce((a, b) => (b.fromNs > a.fromNs ? b : a));
    return soonest === latest ? [soonest] : [soonest, latest];
  });
}

/** The status message that a shown presence ends with. */
function textOf(shown: string): string {
  return shown.slice(shown.indexOf(' ') + 1);
}
