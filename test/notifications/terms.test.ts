import { expect, test } from 'vitest';
import { GRAPH_TERMS } from '../../src/notifications/terms.ts';

test('without other terms delivery is as patient as Graph: 3 s, then 10 s, four hours, ten minutes of rest', () => {
  expect(GRAPH_TERMS).toEqual({
    firstReplyMs: 3000,
    retryReplyMs: 10_000,
    giveUpAfterMs: 14_400_000,
    restMs: 600_000,
    firstBackOffMs: 1000,
    longestBackOffMs: 600_000,
    dropsForHanging: true,
  });
});
