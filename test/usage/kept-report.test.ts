import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { keepReport, readKeptReport } from '../../src/usage/kept-report.ts';
import { createUsageRecord, type UsageRecord } from '../../src/usage/record.ts';
import { exampleRoutes } from '../http/routes.ts';
import { exampleCaller } from '../subscriptions/examples.ts';
import { until } from '../until.ts';

let folder: string;
let path: string;
let clock: ManualClock;
let record: UsageRecord;
const errors: unknown[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porchlight-'));
  path = join(folder, 'report.json');
  clock = new ManualClock(0);
  record = createUsageRecord(() => clock.nowMs());
  errors.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const [route] = exampleRoutes();
if (route === undefined) throw new Error('there are no routes');
const noteOne = () =>
  record.note({
    ...{ route, version: 'v1.0', token: 'delegatedOthers', status: 200 },
    ...{ caller: exampleCaller(), lacksPermission: false, additions: [] },
  });
const start = () => keepReport({ path, record, clock, onError: (error) => errors.push(error) });
const requestsKept = async () =>
  (await readKeptReport(path))?.applications[0]?.operations[0]?.requests;

test('a report is written now and then while it changes, and when the server stops', async () => {
  const kept = start();
  noteOne();
  clock.advance(10_000);
  await until(async () => (await requestsKept()) === 1);
  noteOne();
  expect(await requestsKept()).toBe(1);
  await kept.stop();
  expect(await requestsKept()).toBe(2);
  expect(readdirSync(folder)).toEqual(['report.json']);
  expect(errors).toEqual([]);
});

test('what an earlier run left stays until there is something to tell, or the run ends', async () => {
  noteOne();
  await start().stop();
  record.clear();
  const kept = start();
  clock.advance(30_000);
  expect(await requestsKept()).toBe(1);
  await kept.stop();
  expect((await readKeptReport(path))?.applications).toEqual([]);
});

test('a file that can’t be written is no fault of those who ask', async () => {
  path = join(folder, 'report.json', 'x');
  writeFileSync(join(folder, 'report.json'), '');
  noteOne();
  await start().stop();
  expect(errors).toHaveLength(1);
});

test.each(['', '{}', '[]', '{"applications":[{}]}'])('%j is no report', async (text) => {
  writeFileSync(path, text);
  await expect(readKeptReport(path)).rejects.toThrow();
});

test('where no run was, there is none', async () => {
  expect(await readKeptReport(path)).toBeUndefined();
});
