import { expect, test } from 'vitest';
import { isSpecialPurpose, SPECIAL_PURPOSE_BLOCKS } from '../../src/outbound/special-purpose.ts';
import { type Address, edges, formatAddress, samples } from './addresses.ts';

const BLOCKS = SPECIAL_PURPOSE_BLOCKS.map(([block]) => block);

function isIn({ family, value }: Address, block: string): boolean {
  const { first, last } = edges(block);
  return first.family === family && first.value <= value && value <= last.value;
}

test.each(BLOCKS)('the first, middle and last address of %s are special', (block) => {
  for (const address of samples(block)) {
    expect(isSpecialPurpose(formatAddress(address)), formatAddress(address)).toBe(true);
  }
});

test('the address before a block and the one after are not special, unless in the next block', () => {
  const neighbours = BLOCKS.flatMap((block) => {
    const { first, last } = edges(block);
    return [
      { ...first, value: first.value - 1n },
      { ...last, value: last.value + 1n },
    ];
  });
  const exist = neighbours.filter(
    ({ family, value }) => value >= 0n && value < 1n << (family === 4 ? 32n : 128n),
  );
  const outside = exist.filter((address) => !BLOCKS.some((block) => isIn(address, block)));
  expect(outside.length).toBeGreaterThan(35);
  for (const address of outside) {
    expect(isSpecialPurpose(formatAddress(address)), formatAddress(address)).toBe(false);
  }
});

test.each(['8.8.8.8', '1.1.1.1', '2606:4700:4700::1111', '2A00:1450:4001:0:0:0:0:200E'])(
  'the public address %s is not special',
  (address) => {
    expect(isSpecialPurpose(address)).toBe(false);
  },
);

test.each([
  '',
  'localhost',
  '8.8.8',
  '010.8.8.8',
  '8.8.8.8.',
  '8.8.8.8%lo',
  '2606::1%eth0',
  '[2606::1]',
])("'%s' is no plain address, and so counts as special", (text) => {
  expect(isSpecialPurpose(text)).toBe(true);
});
