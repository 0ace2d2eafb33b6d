import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { VirtualClock } from '../../src/time/virtual-clock.ts';

const START_MS = Date.parse('2026-11-21T09:00:00Z');

function setUp() {
  const below = new ManualClock(START_MS);
  const clock = new VirtualClock(below);
  const rung: [string, number][] = [];
  const ring = (name: string) => () => rung.push([name, clock.nowMs() - START_MS]);
  return { below, clock, rung, ring };
}

test('goes with the clock below it until it is frozen, and from where it stands when it goes on', () => {
  const { below, clock } = setUp();
  below.advance(1000);
  expect(clock.nowMs()).toBe(START_MS + 1000);
  clock.freeze();
  below.advance(5000);
  expect(clock.nowMs()).toBe(START_MS + 1000);
  clock.resume();
  below.advance(10);
  expect(clock.nowMs()).toBe(START_MS + 1010);
  expect(clock.state).toEqual({ kind: 'running', aheadMs: -5000 });
});

test('frozen, an alarm rings when the clock is moved to it, and not when time passes', () => {
  const { below, clock, rung, ring } = setUp();
  clock.freeze();
  clock.alarm(START_MS + 100, ring('a'));
  below.advance(1000);
  expect(rung).toEqual([]);
  clock.moveTo(START_MS + 99);
  expect(rung).toEqual([]);
  clock.moveTo(START_MS + 100);
  expect(rung).toEqual([['a', 100]]);
});

test('an alarm that was set while it was frozen rings at its time once it goes on', () => {
  const { below, clock, rung, ring } = setUp();
  clock.freeze();
  clock.alarm(START_MS + 100, ring('a'));
  below.advance(1000);
  clock.resume();
  below.advance(99);
  expect(rung).toEqual([]);
  below.advance(1);
  expect(rung).toEqual([['a', 100]]);
});

test('an alarm that was set while it ran rings at its time after a stay', () => {
  const { below, clock, rung, ring } = setUp();
  clock.alarm(START_MS + 100, ring('a'));
  below.advance(50);
  clock.freeze();
  below.advance(1000);
  clock.resume();
  below.advance(49);
  expect(rung).toEqual([]);
  below.advance(1);
  expect(rung).toEqual([['a', 100]]);
});

test('moved back, it rings nothing again, and what was ahead waits for its time', () => {
  const { clock, rung, ring } = setUp();
  clock.freeze();
  clock.alarm(START_MS + 100, ring('a'));
  clock.alarm(START_MS + 200, ring('b'));
  clock.moveTo(START_MS + 150);
  clock.moveTo(START_MS - 1000);
  clock.moveTo(START_MS + 199);
  expect(rung).toEqual([['a', 150]]);
  clock.moveTo(START_MS + 200);
  expect(rung).toEqual([
    ['a', 150],
    ['b', 200],
  ]);
});

test('takes up the state of another one', () => {
  const { below, clock } = setUp();
  clock.moveTo(START_MS + 7);
  const frozen = new VirtualClock(below, clock.state);
  expect(frozen.nowMs()).toBe(START_MS + 7);
  clock.resume();
  below.advance(3);
  const running = new VirtualClock(below, clock.state);
  expect(running.nowMs()).toBe(START_MS + 10);
});

test('whatever is done to it, each alarm rings once, never early, in order, and never after it was called off', () => {
  const anyStep = fc.oneof(
    fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(60) }),
    fc.record({ kind: fc.constant('move' as const), ms: fc.integer({ min: -30, max: 60 }) }),
    fc.record({ kind: fc.constant('alarm' as const), ms: fc.integer({ min: -5, max: 80 }) }),
    fc.record({ kind: fc.constantFrom('freeze' as const, 'resume' as const, 'callOff' as const) }),
  );
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 40 }), (steps) => {
      const { below, clock } = setUp();
      const due = new Map<number, number>();
      const rung: number[] = [];
      const callOffs: (() => void)[] = [];
      let batch: number[] = [];
      const inOrder = () => {
        const dues = batch.map((id) => due.get(id) ?? 0);
        expect(dues).toEqual([...dues].sort((a, b) => a - b));
        batch = [];
      };
      for (const step of steps) {
        if (step.kind === 'pass') below.advance(step.ms);
        else if (step.kind === 'move') clock.moveTo(clock.nowMs() + step.ms);
        else if (step.kind === 'alarm') {
          const id = due.size;
          const atMs = clock.nowMs() + step.ms;
          due.set(id, atMs);
          callOffs.push(
            clock.alarm(atMs, () => {
              expect(clock.nowMs()).toBeGreaterThanOrEqual(atMs);
              expect(rung).not.toContain(id);
              rung.push(id);
              batch.push(id);
            }),
          );
        } else if (step.kind === 'callOff') {
          const id = Math.floor(callOffs.length / 2);
          callOffs[id]?.();
          if (callOffs[id] !== undefined && !rung.includes(id)) rung.push(id);
        } else clock[step.kind]();
        inOrder();
      }
      clock.moveTo(START_MS + 1_000_000);
      inOrder();
      expect([...rung].sort((a, b) => a - b)).toEqual([...due.keys()]);
      expect(clock.nextAlarmMs()).toBe(Number.POSITIVE_INFINITY);
    }),
  );
});
