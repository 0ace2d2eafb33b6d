import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DevServer, runPorchlight, startPorchlightDev, tokenOf } from '../program.ts';
import { setPresence } from './listener.ts';

let server: DevServer;
beforeEach(async () => {
  server = await startPorchlightDev();
});
afterEach(() => server.stop());

const clock = (...args: readonly string[]) => runPorchlight('clock', ...args, '--url', server.http);

const shown = ({ stdout }: { stdout: string }) => stdout.trimEnd().split('\n').at(-1)?.split('  ');

test('porchlight clock tells the time, stops it and moves it; what happens on the way is printed', async () => {
  expect(shown(await clock())).toEqual([
    expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    'running',
  ]);
  const [frozenAt = ''] = shown(await clock('freeze')) ?? [];
  await setPresence(server, await tokenOf(server), 'ada@contoso.example', 'Available/Available');
  const later = (minutes: number) => new Date(Date.parse(frozenAt) + minutes * 60_000);
  const { code, stderr } = await clock('advance', 'soon');
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('[Duration]') });
  const moved = await clock('advance', 'PT7M');
  expect(moved).toMatchObject({ code: 0, stderr: '' });
  const [first = '', last, ...more] = moved.stdout.trimEnd().split('\n');
  expect(first).toContain('  Available/Available -> ');
  expect([last, ...more]).toEqual([`${later(7).toISOString()}  frozen`]);
  expect(shown(await clock('resume'))).toEqual([expect.any(String), 'running']);
});

test('how it was moved survives the end of the server, however it comes, and dev says so', async () => {
  await clock('freeze');
  const [dateTime = ''] = shown(await clock('advance', 'P2D')) ?? [];
  await server.kill();
  server = await startPorchlightDev({ dataDir: server.dataDir });
  expect(await server.line(/^ {2}Clock +(.*)$/)).toMatchObject({ 1: `frozen at ${dateTime}` });
  expect(shown(await clock())).toEqual([dateTime, 'frozen']);
  // A token is of the time that the server goes by.
  await setPresence(server, await tokenOf(server), 'ada@contoso.example', 'Busy/InACall');
  expect(shown(await clock('reset'))).toEqual([expect.any(String), 'running']);
});
