import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { why } from '../../src/cli/why.ts';
import { type DevServer, runPorchlight, startPorchlightDev, tokenOf } from '../program.ts';
import {
  MINUTE_MS,
  type Porchlight,
  preferred,
  session,
  startPorchlight,
  OTHER_APP as THEIR_APP,
  USER,
} from '../wire/porchlight.ts';
import { ADA, APP, call, setBusy } from './graph.ts';
import { terminal } from './terminal.ts';

describe('porchlight why, of a day at a clock that stands still', () => {
  let porchlight: Porchlight;

  beforeAll(async () => {
    porchlight = await startPorchlight();
  });
  afterAll(() => porchlight.close());

  const PRESENCE = `/v1.0/users/${USER}/presence`;

  /** The page of a user, at the clock's present. */
  async function page(...flags: string[]): Promise<string> {
    const token = await porchlight.token({ permissions: ['Porchlight.Manage.All'] });
    const printed: string[] = [];
    const words = [USER, '--url', porchlight.origin, '--token', token, ...flags];
    await why(words, { ...terminal, print: (line) => printed.push(line) });
    return printed.join('\n');
  }

  test('of somebody about whom nothing was said it is three lines', async () => {
    expect(await page()).toBe(
      [
        `${USER} shows Offline/Offline`,
        'because no session lives.',
        '',
        'Next: nothing changes by time alone.',
      ].join('\n'),
    );
  });

  test('what shows and since when, what decides, the others with their reasons, what comes next', async () => {
    const app = porchlight.as();
    const at = (time: string) => ({ dateTime: `2026-11-21T${time}:00`, timeZone: 'UTC' });
    const own = porchlight.as({ user: USER });
    const replies = {
      status: 'scheduled',
      scheduledStartDateTime: at('12:00'),
      scheduledEndDateTime: at('18:00'),
    };
    const statusMessage = {
      message: { content: 'In\nthe \u001b[2Jlab', contentType: 'text' },
      expiryDateTime: at('09:45'),
    };
    for (const { status, text } of [
      await app.post(`${PRESENCE}/setPresence`, session('Available/Available', 'PT4H')),
      await app.post(`/v1.0/users/${USER}/events`, {
        ...{ subject: 'Planning', start: at('09:00'), end: at('09:30') },
      }),
      await app.patch(`/v1.0/users/${USER}/mailboxSettings`, { automaticRepliesSetting: replies }),
      await own.post('/v1.0/me/presence/setStatusMessage', { statusMessage }),
      await own.post('/v1.0/me/presence/setManualLocation', {
        ...{ workLocationType: 'office', placeId: '\u009btower' },
      }),
      await own.post('/v1.0/me/presence/setAutomaticLocation', { workLocationType: 'remote' }),
    ]) {
      expect(status, text).toBeLessThan(300);
    }
    porchlight.clock.advance(7 * MINUTE_MS);
    const told = await page();
    const lines = told.split('\n');
    expect(lines.slice(0, 2)).toEqual([
      `${USER} shows Busy/InAMeeting, unchanged since 2026-11-21T09:00:00Z (7 minutes ago)`,
      'because the calendar says Busy/InAMeeting until 2026-11-21T09:30:00Z.',
    ]);
    const first = lines.indexOf('Availability and activity');
    expect(lines.slice(first + 1, first + 4)).toEqual([
      '  decides     a meeting in the calendar from 2026-11-21T09:00:00Z until 2026-11-21T09:30:00Z: Busy/InAMeeting',
      `  outranked   session of application ${APP}: Available/AvailableInactive, set to Available/Available 2026-11-21T09:00:00Z, fades 2026-11-21T09:10:00Z, ends 2026-11-21T13:00:00Z`,
      '              outranked by Busy/InAMeeting of the calendar, until 2026-11-21T09:30:00Z',
    ]);
    expect(told).toContain(
      'Out of office\n  waits       automatic replies from 2026-11-21T12:00:00Z until 2026-11-21T18:00:00Z\n              it has not begun\n',
    );
    expect(told).toContain(`  decides     manual/office \uFFFDtower by application ${APP} from`);
    expect(told).toMatch(
      /outranked {3}automatic\/remote by .*\n +what the user chose comes first\n/,
    );
    expect(told).toContain(
      'Status message\n  set 2026-11-21T09:00:00Z, ends 2026-11-21T09:45:00Z\n  In\uFFFDthe \uFFFD[2Jlab\n',
    );
    expect(told).toContain('Calendar\n  is known to its end\n');
    expect(lines.slice(-2)).toEqual([
      'Next: in 23 minutes, at 2026-11-21T09:30:00Z, Away/Away',
      'because a meeting in the calendar ends.',
    ]);

    porchlight.clock.advance(23 * MINUTE_MS);
    expect((await page()).split('\n').slice(-2)).toEqual([
      'Next: in 15 minutes, at 2026-11-21T09:45:00Z, no status message',
      'because the status message ends.',
    ]);
    porchlight.clock.advance(15 * MINUTE_MS);
    expect((await page()).split('\n').slice(-2)).toEqual([
      'Next: in 2 hours, at 2026-11-21T12:00:00Z, Away/OutOfOffice, out of office',
      'because the automatic replies begin.',
    ]);
  });

  test('with --json it is the answer of the server, in one line that does nothing to a terminal', async () => {
    const line = await page('--json');
    expect(line).not.toMatch(/\p{Cc}/u);
    expect(JSON.parse(line)).toMatchObject({ id: USER, workLocation: { placeId: '\u009btower' } });
  });
});

describe('porchlight why, with the dev server', () => {
  let server: DevServer;

  beforeAll(async () => {
    server = await startPorchlightDev();
  });
  afterAll(() => server.stop());

  const command = (...args: readonly string[]) =>
    runPorchlight('why', '--url', server.http, ...args);

  test('asks for its token, and calls applications by the names in the tenant file', async () => {
    expect(await setBusy(server.http, await tokenOf(server))).toMatchObject({ status: 200 });
    const theirs = await tokenOf(server, '--app', THEIR_APP);
    const path = `/users/${ADA}/presence`;
    await call(server.http, theirs, 'POST', `${path}/setPresence`, {
      ...session('Available/Available', 'PT1H', THEIR_APP),
    });
    const { code, stdout, stderr } = await command('ada@contoso.example');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^ada@contoso\.example shows Busy\/InACall, unchanged since .* ago\)\n/);
    expect(stdout).toContain("\nbecause application 'Desk phone bridge' says Busy/InACall.\n");
    expect(stdout).toContain(
      `\n  decides     session of application 'Desk phone bridge' (${APP}): Busy/InACall, set `,
    );
    expect(stdout).toMatch(
      new RegExp(
        ` {2}outranked {3}session of application ${THEIR_APP}: Available/Available, .*\n +outranked by Busy/InACall of application 'Desk phone bridge'\n`,
      ),
    );
    expect(stdout).toMatch(/\nNext: in \d+ minutes, at .*, Available\/Available|Away\/Away/);

    await call(server.http, theirs, 'POST', `${path}/setUserPreferredPresence`, {
      ...preferred('DoNotDisturb/DoNotDisturb', 'PT10M'),
    });
    expect((await command(ADA)).stdout).toMatch(
      /\n +the preferred presence DoNotDisturb\/DoNotDisturb shows in its place until /,
    );
  });

  test('ends with 1 for a user that there isn’t, and for a token that doesn’t allow it', async () => {
    expect(await command('nobody@contoso.example')).toMatchObject({
      ...{ code: 1, stdout: '' },
      stderr: "porchlight: User 'nobody@contoso.example' was not found.\n",
    });
    const { code, stderr } = await command(ADA, '--token', await tokenOf(server));
    expect(code).toBe(1);
    expect(stderr).toContain('Missing the application permission Porchlight.Manage.All');
  });
});
