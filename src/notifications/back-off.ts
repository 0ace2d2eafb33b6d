import type { DeliveryTerms } from './terms.ts';

/**
 * The pause after the `failures`-th failure in a row: twice as long each time, and between half and all
 * of that by chance, so that receivers that failed together aren't tried together.
 * @param random at least 0 and below 1
 */
export function backOffMs(
  failures: number,
  random: number,
  { firstBackOffMs, longestBackOffMs }: DeliveryTerms,
): number {
  const wholeMs = Math.min(firstBackOffMs * 2 ** (failures - 1), longestBackOffMs);
  return wholeMs * (0.5 + random / 2);
}
