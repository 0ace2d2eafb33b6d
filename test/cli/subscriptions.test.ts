import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { table } from '../../src/cli/table.ts';
import { type DevServer, runPorchlight, startPorchlightDev, tokenOf } from '../program.ts';
import { setPresence, startListening, subscriptionsOf } from './listener.ts';

test('a table is as wide as it must be, and ends its lines with no spaces', () => {
  const rows = [
    ['1', 'short', ''],
    ['2222', '', 'x'],
  ];
  expect(table(['ID', 'WHAT', 'Z'], rows)).toBe(
    ['ID    WHAT   Z', '1     short', '2222         x'].join('\n'),
  );
});

describe('porchlight subscriptions', () => {
  let server: DevServer;

  // In this profile an application may have more than one.
  beforeAll(async () => {
    server = await startPorchlightDev({ flags: ['--profile', 'extended'] });
  });

  afterAll(() => server.stop());

  const command = (...args: readonly string[]) =>
    runPorchlight('subscriptions', '--url', server.http, ...args);

  test('lists each with its health, and removes one, whose listener is told', async () => {
    expect(await command()).toEqual({
      ...{ code: 0, signal: null, stderr: '' },
      stdout: 'No subscriptions.\n',
    });
    const app = randomUUID();
    const listener = await startListening(server, '--users', 'ada@contoso.example', '--app', app);
    await listener.line(/subscribed/);
    const token = await tokenOf(server);
    await setPresence(server, token, 'ada@contoso.example', 'Busy/InACall');
    await listener.line(/ada@contoso\.example {2}changed/);

    const [{ id = '' } = {}] = await subscriptionsOf(server, app);
    const [heads = '', row = '', ...more] = (await command()).stdout.trimEnd().split('\n');
    expect(heads.split(/ {2,}/)).toEqual([
      ...['ID', 'APP', 'STATE', 'QUEUED', 'LOST', 'LAST SUCCESS', 'EXPIRES', 'ENDPOINT'],
      'RESOURCE',
    ]);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(row.split(/ {2,}/)).toEqual([
      ...[id, app, 'ok', '0', '0', time, time, `${listener.origin}/notifications`],
      "communications/presences?$filter=id in ('ada@contoso.exampl…",
    ]);
    expect(more).toEqual([]);

    expect(await command('remove', id)).toMatchObject({ code: 0, stdout: `Removed ${id}\n` });
    await listener.line(/ {2}lifecycle {2}subscriptionRemoved {2}/);
    expect((await command()).stdout).toBe('No subscriptions.\n');
    const { code, stderr } = await command('remove', id);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'porchlight: The tenant has no such subscription.\n',
    });
    expect(await listener.stop()).toMatchObject({ code: 0, stderr: '' });
  });

  test('follows the pages, and shows no queries', async () => {
    const listener = await startListening(server);
    const token = await tokenOf(server, '--user', 'ada@contoso.example');
    const subscribe = (number: number) =>
      fetch(`${server.http}/v1.0/subscriptions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          changeType: 'updated',
          notificationUrl: `${listener.origin}/notifications?secret=${number}`,
          resource: '/users/bruno@contoso.example/presence',
          expirationDateTime: new Date(Date.now() + 3_000_000).toISOString(),
        }),
      });
    for (let number = 0; number < 102; number += 6) {
      const six = Array.from({ length: 6 }, (_, index) => subscribe(number + index));
      for (const { status } of await Promise.all(six)) expect(status).toBe(201);
    }
    const { stdout } = await command('--json');
    const items = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly id: string });
    expect(new Set(items.map(({ id }) => id)).size).toBe(102);
    expect(items[0]).toMatchObject({ health: { state: 'ok', lost: 0, lastSuccessDateTime: null } });
    expect(stdout).not.toContain('secret');
    await listener.stop();
  });

  test('takes a token that was given, and says which permission it lacks', async () => {
    const enough = await tokenOf(server, '--roles', 'Porchlight.Manage.All');
    expect(await command('--token', enough)).toMatchObject({ code: 0, stderr: '' });
    const { code, stdout, stderr } = await command('--token', await tokenOf(server));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Missing the application permission Porchlight.Manage.All');
  });

  test('of another tenant are another list', async () => {
    const { stdout } = await command('--tenant', 'fabrikam.example');
    expect(stdout).toBe('No subscriptions.\n');
  });
});

test('porchlight subscriptions without a server ends with 1, and says where it asked', async () => {
  const { code, stderr } = await runPorchlight(
    ...['subscriptions', '--url', 'http://127.0.0.1:1', '--token', 'x'],
  );
  expect(code).toBe(1);
  expect(stderr).toContain('no answer from http://127.0.0.1:1');
});
