import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askToken, type TokenRequest } from '../../src/cli/ask-token.ts';
import { reportText } from '../../src/cli/report/print.ts';
import { report } from '../../src/cli/report.ts';
import type { Report } from '../../src/usage/report-schema.ts';
import { type DevServer, runPorchlight, startPorchlightDev, temporaryFolder } from '../program.ts';
import { terminal } from './terminal.ts';

const USER = 'ada@contoso.example';
const APP = '22553876-f5ab-4529-bffb-cfe50aa89f87';
const TENANT = '2f75e7fc-bf0b-44ac-82ef-9a2769953954';

async function ask(server: DevServer, token: string, path: string, body?: object) {
  const { status, headers } = await fetch(`${server.http}/v1.0${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status, additions: headers.get('porchlight-additions') };
}

const busy = (sessionId: string) => ({ sessionId, availability: 'Busy', activity: 'InACall' });

/** The lines of a report without the instant that it begins with. */
const linesOf = (stdout: string) => stdout.trimEnd().split('\n').slice(1);

describe('porchlight report', () => {
  let server: DevServer;

  beforeAll(async () => {
    server = await startPorchlightDev({ flags: ['--profile', 'extended'] });
  });
  afterAll(() => server.stop());

  /** What the command prints, in this process. */
  async function command(...args: readonly string[]): Promise<string> {
    const lines: string[] = [];
    await report(args, { ...terminal, print: (line) => lines.push(line) });
    return `${lines.join('\n')}\n`;
  }

  const tokenFor = (wanted: Partial<TokenRequest>) =>
    askToken({ url: new URL(server.http), tenant: 'common', app: APP, ...wanted });

  test('tells what an application used and needs, without a token, and still when the server has stopped', async () => {
    expect(await command('--url', server.http)).toMatch(
      /^No application has asked for anything since [\d-]+T[\d:]+Z\.\n$/,
    );
    const app = await tokenFor({ roles: 'Presence.ReadWrite.All User.Read.All' });
    const ada = await tokenFor({ user: USER, scopes: 'Presence.Read' });
    const set = `/users/${USER}/presence/setPresence`;
    expect(await ask(server, app, set, busy(APP))).toEqual({ status: 200, additions: null });
    expect(await ask(server, app, set, busy('desk'))).toEqual({
      status: 200,
      additions: 'several-sessions',
    });
    expect(await ask(server, ada, '/users/bruno@contoso.example/presence')).toMatchObject({
      status: 403,
    });

    const { code, stdout, stderr } = await runPorchlight('report', '--url', server.http);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(linesOf(stdout)).toEqual([
      '',
      `Application ${APP}, tenant ${TENANT}`,
      '  OPERATION    VERSION  TOKEN              REQUESTS  ANSWERS  ADDITIONS',
      "  getPresence  v1.0     user's, on others  1         1 4xx",
      '  setPresence  v1.0     application        2         2 2xx    several-sessions',
      '  Application permissions',
      '    needed      Presence.ReadWrite.All',
      '    not needed  User.Read.All',
      '  Delegated permissions',
      '    needed      none',
      '    not needed  Presence.Read',
      "  Refused getPresence (user's, on others), 1 request: needs Presence.Read.All",
      expect.stringMatching(/^ {2}Addition several-sessions, in 1 request: .*\. Graph: 400: .*\.$/),
    ]);

    const json = await command('--url', server.http, '--json');
    await server.stop();
    expect(await command('--data', server.dataDir)).toBe(stdout);
    expect(await command('--data', server.dataDir, '--json')).toBe(json);
    expect(JSON.parse(json)).toMatchObject({ applications: [{ applicationId: APP }] });
    server = await startPorchlightDev({ flags: ['--profile', 'extended', '--strict'] });
  });

  test('of a strict server tells what it refused', async () => {
    const app = await tokenFor({});
    expect(await ask(server, app, `/users/${USER}/presence/setPresence`, busy('desk'))).toEqual({
      status: 400,
      additions: 'several-sessions',
    });
    expect(await ask(server, app, `/users/${USER}/presence?$select=id`)).toEqual({
      status: 400,
      additions: 'select',
    });
    expect(await command('--url', server.http)).toMatch(
      / {2}Addition several-sessions, in 1 request: [^\n]*\n {2}Addition select, in 1 request: /,
    );
  });
});

test('where no report is, the folder is named; where no server is, its address', async () => {
  const folder = temporaryFolder();
  await expect(report(['--data', folder], terminal)).rejects.toThrow(`no report in ${folder}`);
  await expect(report(['--url', 'http://127.0.0.1:1'], terminal)).rejects.toThrow(
    'no answer from http://127.0.0.1:1',
  );
});

test('what a token claims can’t rewrite the terminal, and a permission that isn’t held is pointed out', () => {
  const none = { needed: [], held: [], notNeeded: [] };
  const held = ['Presence.ReadWrite.All', '\u001b[2Jclear'];
  const told: Report = {
    sinceDateTime: '2026-11-21T09:00:00.000Z',
    applications: [
      {
        ...{ tenantId: TENANT, applicationId: APP, operations: [], additions: [] },
        ...{ firstRequestDateTime: '', lastRequestDateTime: '', delegatedPermissions: none },
        applicationPermissions: { needed: ['Presence.Read.All'], held, notNeeded: held },
      },
    ],
    requestsLeftOut: 3,
  };
  const text = reportText(told);
  expect(text).not.toContain('\u001b');
  expect(text).toContain('needed      Presence.Read.All (another was held)');
  expect(text).toMatch(/\n\nFurther applications: 3 requests$/);
});
