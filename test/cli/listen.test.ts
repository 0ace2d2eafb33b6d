import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type DevServer,
  porchlight,
  run,
  runPorchlight,
  startPorchlightDev,
  temporaryFolder,
  tokenOf,
} from '../program.ts';
import { readOffer, setPresence, startListening, subscriptionsOf } from './listener.ts';

let server: DevServer;
let token: string;

beforeAll(async () => {
  server = await startPorchlightDev();
  token = await tokenOf(server);
});

afterAll(() => server.stop());

describe('porchlight listen --users', () => {
  test('subscribes, prints a line for a change, and Ctrl-C ends the subscription', async () => {
    const app = randomUUID();
    const listener = await startListening(server, '--users', 'ada@contoso.example', '--app', app);
    await listener.line(/ {2}handshake {2}answered at \/notifications$/);
    await listener.line(/ {2}handshake {2}answered at \/lifecycle$/);
    const [, short = ''] = await listener.line(
      / {2}subscribed {2}([0-9a-f]{8}) {2}until \d\d:\d\d:\d\d$/,
    );
    const [{ id = '' } = {}] = await subscriptionsOf(server, app);
    expect(id.slice(0, 8)).toBe(short);

    expect(await setPresence(server, token, 'ada@contoso.example', 'Busy/InACall')).toBe(200);
    const [line] = await listener.line(/^.*ada@contoso\.example {2}changed.*$/);
    expect(line).toMatch(
      new RegExp(
        `^\\d\\d:\\d\\d:\\d\\d {2}ada@contoso.example {2}changed {2}${short} {2}client state ok$`,
      ),
    );

    const { code, stdout, stderr } = await listener.stop();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(` {2}unsubscribed {2}${short}\n$`));
    expect(await subscriptionsOf(server, app)).toEqual([]);
  });

  test('with --rich prints the presence, of each user under the name that was given', async () => {
    const users = 'chidi@contoso.example, 55b02b97-4f73-4022-a6f0-2a3b400d2e28';
    const listener = await startListening(server, '--users', users, '--rich');
    await listener.line(/subscribed/);
    await setPresence(server, token, 'chidi@contoso.example', 'DoNotDisturb/Presenting');
    await listener.line(
      / {2}chidi@contoso\.example {2}DoNotDisturb\/Presenting {2}[0-9a-f]{8} {2}client state ok$/,
    );
    await setPresence(server, token, 'bruno@contoso.example', 'Away/Away');
    await listener.line(/ {2}55b02b97-4f73-4022-a6f0-2a3b400d2e28 {2}Away\/Away {2}/);
    expect(await listener.stop()).toMatchObject({ code: 0, stderr: '' });
  });

  test('with --json prints one JSON text on each line', async () => {
    const users = ['--users', 'dilara@contoso.example', '--rich', '--json'];
    const listener = await startListening(server, ...users);
    await listener.line(/"event":"subscribed"/);
    await setPresence(server, token, 'dilara@contoso.example', 'Busy/InACall');
    await listener.line(/"event":"change"/);
    const { stdout } = await listener.stop();
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly event: string; readonly time: string });
    const names = events.map(({ event }) => event);
    expect(names.toSorted()).toEqual(
      ['listening', 'handshake', 'handshake', 'subscribed', 'change', 'unsubscribed'].toSorted(),
    );
    for (const { time } of events) expect(new Date(time).toISOString()).toBe(time);
    expect(events.find(({ event }) => event === 'change')).toMatchObject({
      user: 'dilara@contoso.example',
      userId: 'cf11f49c-b347-406e-b5e1-50d2772b13ca',
      clientState: 'ok',
      presence: { availability: 'Busy', activity: 'InACall' },
    });
  });

  test('reauthorizes when the server asks for it', async () => {
    const app = randomUUID();
    const listener = await startListening(server, '--users', 'emil@contoso.example', '--app', app);
    await listener.line(/subscribed/);
    const [{ id = '' } = {}] = await subscriptionsOf(server, app);
    // With a token of seconds the server asks for another when half of them are over.
    const user = ['--app', app, '--user', 'ada@contoso.example'];
    const brief = await tokenOf(server, ...user, '--ttl', 'PT6S');
    const { status } = await fetch(`${server.http}/v1.0/subscriptions/${id}/reauthorize`, {
      method: 'POST',
      headers: { authorization: `Bearer ${brief}` },
    });
    expect(status).toBe(204);
    await listener.line(
      / {2}lifecycle {2}reauthorizationRequired {2}[0-9a-f]{8} {2}client state ok$/,
    );
    await listener.line(/ {2}reauthorized {2}[0-9a-f]{8}$/);
    expect(await listener.stop()).toMatchObject({ code: 0, stderr: '' });
  });

  test('replaces the subscription of a run that was killed', async () => {
    const app = randomUUID();
    const users = ['--users', 'ada@contoso.example', '--app', app];
    const killed = await startListening(server, ...users);
    await killed.line(/subscribed/);
    const [before] = await subscriptionsOf(server, app);
    await killed.kill();

    const port = new URL(killed.origin).port;
    const next = porchlight('listen', '--url', server.http, '--port', port, ...users);
    await next.line(/subscribed/);
    const after = await subscriptionsOf(server, app);
    expect(after).toHaveLength(1);
    expect(after).not.toContainEqual(before);
    expect(await next.stop()).toMatchObject({ code: 0, stderr: '' });
  });

  test('ends its subscription too where nobody reads its lines any more', async () => {
    const app = randomUUID();
    const flags = `--url ${server.http} --port 0 --users ada@contoso.example --app ${app}`;
    const command = `"${process.execPath}" dist/main.js listen ${flags} | head -1`;
    const { code, stdout, stderr } = await run('bash', ['-c', `${command}; exit $PIPESTATUS`]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^.* {2}listening {2}\S+\n$/);
    expect(await subscriptionsOf(server, app)).toEqual([]);
  });

  test.each([
    ['a user nobody knows', ['--users', 'nobody@contoso.example'], "'nobody@contoso.example'"],
    ['a signed-in user nobody knows', ['--users', 'x', '--user', 'y'], 'username must be'],
  ])('ends with 1 and says why for %s', async (_, flags, reason) => {
    const { code, stderr } = await runPorchlight(
      ...['listen', '--url', server.http, '--port', '0', ...flags],
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^porchlight: /);
    expect(stderr).toContain(reason);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  test('ends with 1 beside a subscription of somebody else, and says what to do', async () => {
    const app = randomUUID();
    const users = ['--users', 'ada@contoso.example', '--app', app];
    const first = await startListening(server, ...users);
    await first.line(/subscribed/);
    const second = await startListening(server, ...users);
    const { code, stderr } = await second.exited;
    expect(code).toBe(1);
    expect(stderr).toContain('Subscribe with another --app or --user');
    expect(await subscriptionsOf(server, app)).toHaveLength(1);
    await first.stop();
  });

  test('ends with 1 where its port is taken', async () => {
    const first = await startListening(server);
    const port = new URL(first.origin).port;
    const { code, stderr } = await runPorchlight('listen', '--port', port);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `porchlight: port ${port} on 127.0.0.1 is in use; choose another with --port\n`,
    });
    await first.stop();
  });
});

describe('porchlight listen without --users', () => {
  test('prints a curl line that subscribes it, and takes its file away at the end', async () => {
    const listener = await startListening(server, '--rich', '--user', 'fumiko@contoso.example');
    const [curl] = await listener.line(/^curl .*$/);
    const path = / -d @(\S+)$/.exec(curl)?.[1] ?? '';
    expect(statSync(path).mode & 0o077).toBe(0);

    const { code, stdout } = await run('bash', ['-c', curl]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      notificationUrl: `${listener.origin}/notifications`,
      includeResourceData: true,
    });
    await setPresence(server, token, 'fumiko@contoso.example', 'Busy/InAConferenceCall');
    // Nobody told it a name.
    await listener.line(/f6fb3666-e46f-453f-ba5b-edf9690c6bdd {2}Busy\/InAConferenceCall {2}/);
    expect(await listener.stop()).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(path)).toBe(false);
  });

  test('with --body writes a file that stays, in a folder with a name of any kind', async () => {
    const body = join(temporaryFolder(), "it's $HOME.json");
    const flags = ['--body', body, '--app', randomUUID()];
    const listener = await startListening(server, ...flags);
    const [curl] = await listener.line(/^curl .*$/);
    const { stdout } = await run('bash', ['-c', curl]);
    expect(JSON.parse(stdout)).toMatchObject({ changeType: 'updated' });
    await listener.stop();
    expect(readOffer(body).clientState).toMatch(/^[\w-]{22}$/);
  });

  test('with --json tells the file and the line too', async () => {
    const listener = await startListening(server, '--json');
    const [line] = await listener.line(/^.*"event":"listening".*$/);
    expect(JSON.parse(line)).toMatchObject({
      url: listener.origin,
      body: expect.stringMatching(/subscription\.json$/),
      curl: expect.stringMatching(/^curl /),
    });
    await listener.stop();
  });

  test('needs no server', async () => {
    const listener = await startListening({ http: 'http://127.0.0.1:1' });
    expect(await listener.stop()).toMatchObject({ code: 0, stderr: '' });
  });
});
