import { expect, test } from 'vitest';
import { Pending } from '../../src/stream/pending.ts';

test('those told the same share the bytes, and those told otherwise have their own', () => {
  const nothing = new Pending();
  const [one, two, three] = [nothing.plus('a'), nothing.plus('a'), nothing];
  const [oneNext, twoNext, threeNext] = [one.plus('b'), two.plus('b'), three.plus('b')];
  expect(oneNext.bytes).toBe(twoNext.bytes);
  expect(oneNext.bytes.toString()).toBe('ab');
  expect(threeNext.bytes.toString()).toBe('b');
});

test('a text of one alone leaves the others what they had', () => {
  const nothing = new Pending();
  const self = nothing.plus('whole');
  const other = nothing.plus('short');
  expect([self, other].map((each) => each.plus('é').bytes.toString())).toEqual([
    'wholeé',
    'shorté',
  ]);
});
