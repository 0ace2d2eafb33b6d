/**
 * The parts of DER (ITU-T X.690) that a certificate is made of. Writing only: what is read goes
 * through Node's own `X509Certificate`.
 */

type Content = readonly Uint8Array[];

export const sequence = (...content: Content): Buffer => element(0x30, content);
export const set = (...content: Content): Buffer => element(0x31, content);
export const octetString = (...content: Content): Buffer => element(0x04, content);
export const utf8String = (text: string): Buffer => element(0x0c, [Buffer.from(text, 'utf8')]);
export const TRUE: Buffer = element(0x01, [Buffer.of(0xff)]);
export const NULL: Buffer = element(0x05, []);

/** A whole number, zero or greater, from its bytes. */
export function integer(...bytes: readonly number[]): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first === -1 ? [0] : bytes.slice(first);
  // The highest bit is the sign.
  const padded = (digits[0] ?? 0) > 0x7f ? [0, ...digits] : digits;
  return element(0x02, [Buffer.from(padded)]);
}

/** @param unusedBits how many of the last byte's low bits don't belong to it */
export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return element(0x03, [Buffer.of(unusedBits), bytes]);
}

/** An object identifier in dotted form. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, [Buffer.from([first * 40 + second, ...rest].flatMap(base128))]);
}

/** An instant, to the second: two-digit years until 2049, as RFC 5280 wants it. */
export function time(atMs: number): Buffer {
  const digits = new Date(atMs).toISOString().replace(/\.\d+|[-:T]/g, '');
  return Number(digits.slice(0, 4)) < 2050
    ? element(0x17, [Buffer.from(digits.slice(2), 'ascii')])
    : element(0x18, [Buffer.from(digits, 'ascii')]);
}

/** `[number]` around other elements. */
export function tagged(number: number, ...content: Content): Buffer {
  return element(0xa0 + number, content);
}

/** `[number]` in place of a simple element's own tag. */
export function taggedBytes(number: number, bytes: Uint8Array): Buffer {
  return element(0x80 + number, [bytes]);
}

function element(tag: number, content: Content): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.of(tag), lengthOf(body), body]);
}

function lengthOf({ length }: Uint8Array): Buffer {
  if (length < 0x80) return Buffer.of(length);
  return length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
}

function base128(value: number): number[] {
  const groups = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) groups.unshift((rest & 0x7f) | 0x80);
  return groups;
}
