import type { DeliveryTerms } from '../../src/notifications/terms.ts';

/** Nothing is given up. Pauses and rests are by a clock that is four times as fast. */
export const PATIENT: DeliveryTerms = {
  firstReplyMs: 150,
  retryReplyMs: 300,
  giveUpAfterMs: 365 * 86_400_000,
  restMs: 400,
  firstBackOffMs: 20,
  longestBackOffMs: 500,
  dropsForHanging: false,
};
