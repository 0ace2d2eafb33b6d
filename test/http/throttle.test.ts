import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { GraphError } from '../../src/graph/error.ts';
import { GRAPH_THROTTLING, throttlingFor } from '../../src/graph/throttling.ts';
import { createThrottle } from '../../src/http/throttle.ts';

const START = Date.parse('2026-11-21T09:00:00Z');

function throttled(requests: number, withinMs: number) {
  const clock = new ManualClock(START);
  const gate = createThrottle({ requests, withinMs }, clock);
  const caller = { userId: null, permissions: new Set<string>(), expiresMs: 0 };
  /** Seconds to wait; 0 where it gets through. */
  const enter = (tenantId = 't', appId = 'a'): number => {
    try {
      gate.enter?.({ ...caller, tenantId, appId });
      return 0;
    } catch (error) {
      expect(error).toBeInstanceOf(GraphError);
      const { status, code, headers } = error as GraphError;
      expect({ status, code }).toEqual({ status: 429, code: 'TooManyRequests' });
      return Number(headers['retry-after']);
    }
  };
  return { clock, enter };
}

describe('an application', () => {
  test('gets so many requests through in a window, and after it as many again', () => {
    const { clock, enter } = throttled(3, 30_000);
    expect([enter(), enter(), enter(), enter()]).toEqual([0, 0, 0, 30]);
    clock.advance(29_001);
    expect(enter()).toBe(1);
    clock.advance(998);
    expect(enter()).toBe(1);
    clock.advance(1);
    expect([enter(), enter(), enter(), enter()]).toEqual([0, 0, 0, 30]);
  });

  test('that waits as long as it is told gets through, however often it tried before', () => {
    const { clock, enter } = throttled(1, 30_000);
    enter();
    clock.advance(11_300);
    let wait = 0;
    for (let tries = 0; tries < 100; tries++) wait = enter();
    expect(wait).toBe(19);
    clock.advance(wait * 1000);
    expect(enter()).toBe(0);
  });

  test('is counted for itself, and in each tenant', () => {
    const { enter } = throttled(1, 30_000);
    expect([enter('t', 'a'), enter('t', 'b'), enter('u', 'a')]).toEqual([0, 0, 0]);
    expect([enter('t', 'a'), enter('t', 'b'), enter('u', 'a')]).toEqual([30, 30, 30]);
  });

  test('waits no longer for a clock that was set back', () => {
    const { clock, enter } = throttled(1, 30_000);
    enter();
    clock.set(START - 3_600_000);
    expect([enter(), enter()]).toEqual([0, 30]);
  });
});

test('of more applications than are counted at a time the one that began first is forgotten', () => {
  const { enter } = throttled(1, 30_000);
  for (let n = 0; n <= 10_000; n++) enter('t', String(n));
  expect(enter('t', '1')).toBe(30);
  expect(enter('t', '0')).toBe(0);
});

test('a profile has the limit of Graph, or none, unless another is said', () => {
  expect(GRAPH_THROTTLING).toEqual({ requests: 10_000, withinMs: 30_000 });
  expect(throttlingFor('graph', undefined)).toEqual(GRAPH_THROTTLING);
  expect(throttlingFor('extended', undefined)).toBeUndefined();
  expect(throttlingFor('graph', 0)).toBeUndefined();
  expect(throttlingFor('extended', 5, 1000)).toEqual({ requests: 5, withinMs: 1000 });
});
