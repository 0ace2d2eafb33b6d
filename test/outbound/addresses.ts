import { isIP } from 'node:net';

/** An address as a number, with its family. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** Reads an address in its usual form, an IPv6 address without a dotted end. */
export function parseAddress(text: string): Address {
  if (isIP(text) === 4) {
    const value = text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
    return { family: 4, value };
  }
  const [head = '', tail] = text.split('::');
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const [left, right] = [groups(head), groups(tail ?? '')];
  const gap = Array.from({ length: 8 - left.length - right.length }, () => '0');
  const all = [...left, ...gap, ...right];
  return {
    family: 6,
    value: all.reduce((sum, group) => sum * 0x10000n + BigInt(`0x${group}`), 0n),
  };
}

export function formatAddress({ family, value }: Address): string {
  if (family === 4) return quad(value);
  return groupsOf(value).join(':');
}

export function quad(value: bigint): string {
  return bytesOf(value).join('.');
}

export function bytesOf(value: bigint): number[] {
  return [24n, 16n, 8n, 0n].map((shift) => Number((value >> shift) & 0xffn));
}

/** Eight groups, lower-case hex without padding. */
export function groupsOf(value: bigint): string[] {
  return Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
}

/** First and last address of a block such as 10.0.0.0/8. */
export function edges(block: string): { first: Address; last: Address } {
  const [network = '', prefix] = block.split('/');
  const first = parseAddress(network);
  const hostBits = BigInt((first.family === 4 ? 32 : 128) - Number(prefix));
  return { first, last: { ...first, value: first.value + (1n << hostBits) - 1n } };
}

/** First, last and middle address, each once. */
export function samples(block: string): Address[] {
  const { first, last } = edges(block);
  const middle = { ...first, value: first.value + (last.value - first.value + 1n) / 2n };
  const seen = new Map([first, middle, last].map((each) => [each.value, each]));
  return [...seen.values()];
}
