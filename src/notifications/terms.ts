/** How patient delivery is. Graph's figures by default; tests hand in shorter ones. */
export interface DeliveryTerms {
  /** For the reply to a first attempt; a later one counts as slow (Graph: 3 s). */
  readonly firstReplyMs: number;
  /** For the reply to each attempt after that; a later one counts as hanging (Graph: 10 s). */
  readonly retryReplyMs: number;
  /** What couldn't be delivered for so long is given up and announced as missed (Graph: 4 h). */
  readonly giveUpAfterMs: number;
  /** How long an endpoint that is slow, or hangs, is left alone (Graph: 10 min). */
  readonly restMs: number;
  /** The first pause after a failure; each further one is twice as long. */
  readonly firstBackOffMs: number;
  /** No pause is longer: how late a receiver that is back is seen at most. */
  readonly longestBackOffMs: number;
  /**
   * Whether notifications for an endpoint that hangs are dropped while it is left alone, as Graph does,
   * or wait like the others.
   */
  readonly dropsForHanging: boolean;
}

export const GRAPH_TERMS: DeliveryTerms = {
  firstReplyMs: 3000,
  retryReplyMs: 10_000,
  giveUpAfterMs: 4 * 3_600_000,
  restMs: 10 * 60_000,
  firstBackOffMs: 1000,
  longestBackOffMs: 10 * 60_000,
  dropsForHanging: true,
};
