import { describe, expect, test } from 'vitest';
import { type Attempt, EndpointHealth } from '../../src/notifications/endpoint-health.ts';
import { GRAPH_TERMS } from '../../src/notifications/terms.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.parse('2026-11-21T09:00:00Z');
const FAST: Attempt = { failure: undefined, elapsedMs: 20 };
/** Just above 3 s and 10 s, and just below. */
const SLOW: Attempt = { failure: undefined, elapsedMs: 3000 };
const ALMOST_SLOW: Attempt = { failure: undefined, elapsedMs: 2999 };
const HANGING: Attempt = { failure: 'timeout', elapsedMs: 10_000 };
const ALMOST_HANGING: Attempt = { failure: undefined, elapsedMs: 9999 };
const FAILED: Attempt = { failure: 'status 500', elapsedMs: 20 };

/** An endpoint after these attempts, all at one instant. */
function judgedAfter(...attempts: readonly Attempt[]): EndpointHealth {
  const health = new EndpointHealth(GRAPH_TERMS);
  for (const attempt of attempts) health.record(attempt, START_MS, 0);
  return health;
}

const times = (count: number, attempt: Attempt) => Array.from({ length: count }, () => attempt);

describe('an endpoint', () => {
  test('begins well, with 3 s for a reply and no pause', () => {
    const health = judgedAfter();
    expect(health.state(START_MS)).toBe('ok');
    expect(health.replyMs).toBe(3000);
    expect(health).toMatchObject({ nextAttemptMs: 0, failures: 0, failingSinceMs: null });
  });

  test('that failed is retried after a pause by the number of failures, with 10 s for a reply', () => {
    const health = new EndpointHealth(GRAPH_TERMS);
    health.record(FAILED, START_MS, 0);
    expect(health.nextAttemptMs).toBe(START_MS + 500);
    expect(health.replyMs).toBe(10_000);
    expect(health.state(START_MS)).toBe('retrying');
    health.record(FAILED, START_MS + 500, 0.5);
    expect(health.nextAttemptMs).toBe(START_MS + 500 + 1500);
    expect(health).toMatchObject({
      failures: 2,
      failingSinceMs: START_MS,
      lastFailure: 'status 500',
      lastSuccessMs: null,
    });
  });

  test('that takes something is well again at once', () => {
    const health = judgedAfter(FAILED, FAILED, FAST);
    expect(health.state(START_MS)).toBe('ok');
    expect(health).toMatchObject({
      failures: 0,
      failingSinceMs: null,
      lastFailure: null,
      lastSuccessMs: START_MS,
      nextAttemptMs: START_MS,
      replyMs: 3000,
    });
  });

  test('waits no longer than it was to when the clock is set back, were it by a year', () => {
    const back = START_MS - 365 * 24 * 60 * MINUTE_MS;
    expect(judgedAfter(FAST).mayBeTriedAtMs(back)).toBeLessThanOrEqual(back);
    expect(judgedAfter(FAILED).mayBeTriedAtMs(back)).toBe(back + 500);
    const rests = judgedAfter(...times(10, SLOW));
    expect(rests.state(back + 1)).toBe('slow');
    expect(rests.state(back + 10 * MINUTE_MS + 1)).toBe('ok');
    const fails = judgedAfter(FAILED);
    fails.state(back);
    expect(fails.failingSinceMs).toBe(back);
  });

  test('that was failing before a restart has been failing since then', () => {
    const health = judgedAfter();
    health.wasFailing(START_MS - 3 * 60 * MINUTE_MS);
    expect(health.state(START_MS)).toBe('retrying');
    expect(health).toMatchObject({ failures: 1, nextAttemptMs: 0, replyMs: 10_000 });
    health.record(FAILED, START_MS, 0);
    expect(health.failingSinceMs).toBe(START_MS - 3 * 60 * MINUTE_MS);
    health.wasFailing(START_MS);
    expect(health.failingSinceMs).toBe(START_MS - 3 * 60 * MINUTE_MS);
  });
});

describe('a slow endpoint', () => {
  test('has more than a tenth of its replies above 3 s, and rests for ten minutes', () => {
    const health = judgedAfter(...times(8, FAST), SLOW, SLOW);
    expect(health.state(START_MS)).toBe('slow');
    expect(health.nextAttemptMs).toBe(START_MS + 10 * MINUTE_MS);
    expect(health.state(START_MS + 10 * MINUTE_MS - 1)).toBe('slow');
    expect(health.state(START_MS + 10 * MINUTE_MS)).toBe('ok');
  });

  test('is none with just a tenth, or a reply just below 3 s', () => {
    expect(judgedAfter(...times(9, FAST), SLOW).state(START_MS)).toBe('ok');
    expect(judgedAfter(...times(18, FAST), ...times(2, SLOW)).state(START_MS)).toBe('ok');
    expect(judgedAfter(...times(20, ALMOST_SLOW)).state(START_MS)).toBe('ok');
  });

  test('is none before ten replies: one of three says nothing about a share', () => {
    expect(judgedAfter(...times(9, SLOW)).state(START_MS)).toBe('ok');
    expect(judgedAfter(...times(10, SLOW)).state(START_MS)).toBe('slow');
  });

  test('is judged by the last ten minutes', () => {
    const health = judgedAfter(SLOW, SLOW);
    for (const attempt of times(8, FAST)) health.record(attempt, START_MS + 10 * MINUTE_MS, 0);
    expect(health.state(START_MS + 10 * MINUTE_MS)).toBe('ok');
    const other = judgedAfter(SLOW, SLOW);
    for (const attempt of times(8, FAST)) other.record(attempt, START_MS + 9 * MINUTE_MS, 0);
    expect(other.state(START_MS + 9 * MINUTE_MS)).toBe('slow');
  });

  test('is judged anew after its rest', () => {
    const health = judgedAfter(...times(10, SLOW));
    const rested = START_MS + 10 * MINUTE_MS;
    health.record(SLOW, rested, 0);
    expect(health.state(rested)).toBe('ok');
    expect(health.nextAttemptMs).toBe(rested);
  });
});

describe('a hanging endpoint', () => {
  test('has more than 15 % of its replies above 10 s, and drops for ten minutes', () => {
    // 2 of 13.
    const health = judgedAfter(HANGING, ...times(11, FAST), HANGING);
    expect(health.state(START_MS)).toBe('drop');
    expect(health.nextAttemptMs).toBe(START_MS + 10 * MINUTE_MS);
    expect(health.state(START_MS + 10 * MINUTE_MS - 1)).toBe('drop');
    expect(health.state(START_MS + 10 * MINUTE_MS)).toBe('retrying');
  });

  test('is slow and no more with a smaller share, or replies just below 10 s', () => {
    // 2 of 14.
    const health = judgedAfter(HANGING, ...times(12, FAST), HANGING);
    expect(health.state(START_MS)).toBe('slow');
    expect(judgedAfter(...times(10, ALMOST_HANGING)).state(START_MS)).toBe('slow');
  });

  test('is treated as a slow one where nothing is to be dropped', () => {
    const health = new EndpointHealth({ ...GRAPH_TERMS, dropsForHanging: false });
    for (const attempt of times(10, HANGING)) health.record(attempt, START_MS, 0);
    expect(health.state(START_MS)).toBe('slow');
    expect(health.nextAttemptMs).toBe(START_MS + 10 * MINUTE_MS);
  });
});
