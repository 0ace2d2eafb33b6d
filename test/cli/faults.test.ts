import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DevServer, runPorchlight, startPorchlightDev, tokenOf } from '../program.ts';

let server: DevServer;

beforeAll(async () => {
  server = await startPorchlightDev({ flags: ['--throttle', '3'] });
});
afterAll(() => server.stop());

const command = (...args: readonly string[]) =>
  runPorchlight('faults', ...args, '--url', server.http);

const USER = 'fa8bf3dc-eca7-46b7-bad1-db199b62afc3';

test('orders, lists what struck, and calls off, without a token; --throttle is what dev counts by', async () => {
  expect(await command()).toMatchObject({ code: 0, stdout: 'No faults.\n', stderr: '' });
  const terms = ['--operation', 'getPresence', '--status', '429', '--retry-after', '1'];
  const added = await command('add', 'error', ...terms, '--times', '1');
  expect(added).toMatchObject({ code: 0, stdout: 'Ordered fault 1\n', stderr: '' });
  expect((await command('add', 'expire', '--silently', '--when-touched')).code).toBe(0);
  const authorization = `Bearer ${await tokenOf(server)}`;
  const get = () =>
    fetch(`${server.http}/v1.0/users/${USER}/presence`, { headers: { authorization } });
  const refused = await get();
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect((await get()).headers.get('porchlight-fault')).toBeNull();

  const [heads = '', ...rows] = (await command()).stdout.trimEnd().split('\n');
  expect(heads.split(/ {2,}/)).toEqual(['ID', 'FAULT', 'STRUCK', 'MATCHED', 'STATE', 'TERMS']);
  expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
    ['1', 'error', '1 of 1', '1', 'over', 'operation=getPresence status=429 retryAfter=1 seed=1'],
    ['2', 'expire', '0', '0', 'stands', 'whenTouched=true seed=2'],
  ]);
  const lines = (await command('--json')).stdout.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { id: '1', struck: 1 },
    { id: '2', announced: false, whenTouched: true },
  ]);

  expect(await command('remove', '1')).toMatchObject({ code: 0, stdout: 'Removed 1\n' });
  expect(await command('remove', '1')).toMatchObject({
    code: 1,
    stderr: 'porchlight: There is no such fault.\n',
  });
  expect(await command('clear')).toMatchObject({ code: 0, stdout: 'Removed all faults\n' });
  expect((await command()).stdout).toBe('No faults.\n');
  expect(await command('add', 'flood')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('[Fault]'),
  });

  expect((await get()).status).toBe(200);
  expect((await get()).status).toBe(429);
});
