export const TENANT = '11111111-0000-4000-8000-000000000001';
export const APP = '22553876-f5ab-4529-bffb-cfe50aa89f87';
/** A second app, for a second session of each user. */
export const OTHER_APP = '5e6b1c8a-3a7b-4a0e-9a38-1d4c6a1f0b11';

/**
 * The object id of the user of this number. Multiplied into disorder, as real ids are: neighbours by
 * number don't lie next to each other in the store.
 */
export function userId(index: number): string {
  const mixed = Math.imul(index + 1, 0x9e3779b1) >>> 0;
  const head = mixed.toString(16).padStart(8, '0');
  return `${head}-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}

export function userIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => userId(index));
}
