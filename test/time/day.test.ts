import { beforeAll, expect, test } from 'vitest';
import { eventOf } from '../../src/time/clock-json.ts';
import type { Trace } from '../../src/time/trace.ts';
import { HOUR_MS, type Porchlight } from '../wire/porchlight.ts';
import { MIDNIGHT, sayInProcess, sayOverHttp, startDay, tokenOf } from './day.ts';

const STEPS = 100;
const STEP_MS = (24 * HOUR_MS) / STEPS;

function travelOf({ server }: Porchlight) {
  if (server.travel === undefined) throw new Error('the clock is none that moves');
  return server.travel;
}

/** The trace of a day that is lived through in process, an event a line. */
async function liveInProcess(): Promise<string> {
  const { porchlight, arrived, failed } = await startDay();
  const travel = travelOf(porchlight);
  const traces: Trace[] = [];
  const startMs = performance.now();
  for (let step = 0; step < STEPS; step++) {
    await sayInProcess(porchlight, step);
    traces.push(await travel.advance(STEP_MS));
  }
  const ms = Math.round(performance.now() - startMs);
  const events = traces.flatMap((trace) => trace.events);
  console.log(
    `24 hours, 1,000 users in process: ${ms} ms, ${events.length} events, ${arrived()} notifications arrived, ${failed()} failed`,
  );
  expect(traces.every(({ omitted }) => omitted === 0)).toBe(true);
  expect(travel.clock.nowMs()).toBe(MIDNIGHT + 24 * HOUR_MS);
  expect(porchlight.logged).toEqual([]);
  await porchlight.close();
  return events.map((event) => JSON.stringify(eventOf(event))).join('\n');
}

let day: string;
beforeAll(async () => {
  day = await liveInProcess();
});

test('a day of a thousand people has all that can happen', () => {
  for (const sign of [
    '"activity":"AvailableInactive"},"cause":',
    '"activity":"InAMeeting"},"cause":',
    '"activity":"Offline"},"cause":',
    '"event":"expired"',
    '"event":"reauthorizationRequired"',
    '"lifecycleEvent":"subscriptionRemoved"}],"outcome":202',
    '"lifecycleEvent":"missed"}],"outcome":202',
    '"outcome":503',
    '"outcome":"unreachable"',
  ]) {
    expect(day).toContain(sign);
  }
});

test('lived through once more it leaves the same trace, byte for byte', async () => {
  expect(await liveInProcess()).toBe(day);
});

test('over HTTP, in a hundred advances, it leaves the same trace', async () => {
  const { porchlight } = await startDay();
  const token = await tokenOf(porchlight);
  const told: object[] = [];
  const startMs = performance.now();
  for (let step = 0; step < STEPS; step++) {
    await sayOverHttp(porchlight, step);
    const duration = `PT${STEP_MS / 1000}S`;
    const moved = { token, body: { duration } };
    const { status, body } = await porchlight.send('POST', '/porchlight/clock/advance', moved);
    expect(status).toBe(200);
    told.push(...(body as { events: object[] }).events);
  }
  console.log(`the same over HTTP: ${Math.round(performance.now() - startMs)} ms`);
  expect(told.map((event) => JSON.stringify(event)).join('\n')).toBe(day);
  await porchlight.close();
});
