import type { Arg } from './link.ts';

/** How many slots a cluster's keys are divided into. */
export const SLOTS = 16_384;

const OPEN = 0x7b;
const CLOSE = 0x7d;
const CRC16 = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/** The part of a key that decides which slot it is in: what its first braces hold, or all of it. */
export function hashTag(key: Arg): Buffer {
  const bytes = Buffer.isBuffer(key) ? key : Buffer.from(String(key));
  const open = bytes.indexOf(OPEN);
  const close = open < 0 ? -1 : bytes.indexOf(CLOSE, open + 1);
  return close > open + 1 ? bytes.subarray(open + 1, close) : bytes;
}

/** The slot of a cluster that a key is in. */
export function slotOf(key: Arg): number {
  let crc = 0;
  for (const byte of hashTag(key)) {
    crc = ((crc << 8) & 0xffff) ^ (CRC16[(crc >> 8) ^ byte] ?? 0);
  }
  return crc % SLOTS;
}
