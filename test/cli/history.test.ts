import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DevServer, runPorchlight, startPorchlightDev, tokenOf } from '../program.ts';
import { setPresence } from './listener.ts';

const ADA = 'ada@contoso.example';
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('porchlight history', () => {
  let server: DevServer;

  beforeAll(async () => {
    server = await startPorchlightDev();
  });
  afterAll(() => server.stop());

  const command = (...args: readonly string[]) =>
    runPorchlight('history', '--url', server.http, ...args);

  test('lists what became of a user and why, or tells what was so at an instant', async () => {
    const none = await command(ADA);
    expect(none).toMatchObject({ code: 0, stderr: '' });
    expect(none.stdout).toMatch(/^No changes; all since \S+Z is known\.\n$/);

    const token = await tokenOf(server);
    await setPresence(server, token, ADA, 'Busy/InACall');
    const message = {
      statusMessage: { message: { content: 'In\u001b[2Jthe lab', contentType: 'text' } },
    };
    const own = await tokenOf(server, '--user', ADA);
    const said = await fetch(`${server.http}/v1.0/me/presence/setStatusMessage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${own}`, 'content-type': 'application/json' },
      body: JSON.stringify(message),
    });
    expect(said.status).toBe(200);

    const { code, stdout, stderr } = await command(ADA);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    const app = expect.stringMatching(/^[\da-f-]{36}$/);
    expect(rows).toEqual([
      ['TIME', 'PRESENCE', 'CAUSE', 'APP', 'MORE'],
      [expect.stringMatching(INSTANT), 'Busy/InACall', 'setPresence', app],
      [
        ...[expect.stringMatching(INSTANT), 'Busy/InACall', 'setStatusMessage', app],
        "message 'In\uFFFD[2Jthe lab'",
      ],
    ]);
    const first = rows[1]?.[0] ?? '';
    expect((await command(ADA, '--at', first)).stdout).toBe('Busy/InACall\n');
    expect((await command(ADA, '--at', '2020-01-01T00:00:00Z')).stdout).toMatch(
      /^Not known: it is from \S+Z on\.\n$/,
    );
    const later = new Date(Date.parse(first) + 1).toISOString();
    const lines = (await command(ADA, '--from', later, '--json')).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { after: { statusMessage: message.statusMessage }, cause: { kind: 'setStatusMessage' } },
    ]);
    expect((await command(ADA, '--to', first)).stdout).toContain('No changes');
  });

  test('says what it lacks, and what it was asked wrongly', async () => {
    const failed = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await command(...args);
      return { code, stdout, stderr };
    };
    expect(await failed('nobody@contoso.example')).toMatchObject({ code: 1, stdout: '' });
    const wrong = await failed(ADA, '--from', 'yesterday');
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('[from]');
    const { stderr } = await failed(ADA, '--token', await tokenOf(server));
    expect(stderr).toContain('Missing the application permission Porchlight.Manage.All');
    for (const args of [[], [ADA, ADA], [ADA, '--at', 'x', '--to', 'y']]) {
      expect(await failed(...args)).toMatchObject({ code: 2, stdout: '' });
    }
  });
});
