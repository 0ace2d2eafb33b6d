import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { dev } from '../../src/cli/dev.ts';
import { serve } from '../../src/cli/serve.ts';
import { meeting } from '../feeds/ics.ts';
import {
  type DevServer,
  startPorchlightDev,
  startServe,
  temporaryFolder,
  tokenOf,
} from '../program.ts';
import { openReceiver } from '../subscriptions/receiver.ts';
import { until } from '../until.ts';
import { ADA, APP, call, getPresence, TENANT } from './graph.ts';
import { terminal } from './terminal.ts';

const HOUR_MS = 3_600_000;
const BRUNO = '55b02b97-4f73-4022-a6f0-2a3b400d2e28';

let issuer: DevServer;
let folder: string;
let token: string;

beforeAll(async () => {
  folder = temporaryFolder();
  mkdirSync(join(folder, 'contoso.example'));
  // Before it starts: a later one would be seen ten seconds after.
  writeFileSync(join(folder, 'contoso.example', 'ada@contoso.example.ics'), meetingNow());
  issuer = await startPorchlightDev({ flags: ['--calendars', folder] });
  const roles = 'Calendars.ReadWrite Presence.Read.All Presence.ReadWrite.All';
  token = await tokenOf(issuer, '--roles', roles);
});

afterAll(() => issuer.stop());

function meetingNow(): string {
  return meeting(Date.now() - HOUR_MS, Date.now() + HOUR_MS);
}

/** Whether somebody who is there shows as being in a meeting. */
async function isInAMeeting(origin: string, user = ADA): Promise<boolean> {
  const session = { sessionId: APP, availability: 'Available', activity: 'Available' };
  const path = `/users/${user}/presence/setPresence`;
  expect(await call(origin, token, 'POST', path, session)).toMatchObject({ status: 200 });
  const { body } = await getPresence(origin, token, user);
  return (body as { readonly activity: string }).activity === 'InAMeeting';
}

test('dev --calendars has its example users busy by their files', async () => {
  await until(() => isInAMeeting(issuer.http));
});

describe('serve', () => {
  const serving = async (calendars: object) => {
    const path = join(temporaryFolder(), 'porchlight.json');
    const trusted = {
      issuer: `${issuer.http}/${TENANT}/v2.0`,
      tenant: TENANT,
      audiences: ['https://graph.microsoft.com'],
    };
    const config = { listen: { port: 0 }, store: 'lmdb:data', issuers: [trusted], calendars };
    writeFileSync(path, JSON.stringify(config));
    return path;
  };

  test('takes calendars from its folder and from where it may fetch, and reads them in a thread', async () => {
    const receiver = await openReceiver();
    onTestFinished(() => receiver.close());
    receiver.behave(() => ({ contentType: 'text/calendar', body: meetingNow() }));
    const files = temporaryFolder();
    writeFileSync(join(files, `${BRUNO}.ics`), meetingNow());
    const server = await startServe(await serving({ allow: [receiver.origin], folder: files }));
    const put = (url: string) =>
      fetch(`${server.origin}/porchlight/users/${ADA}/calendarFeed`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ url }),
      });
    expect((await put('http://127.0.0.1:9/a.ics')).status).toBe(400);
    expect((await put(`${receiver.origin}/a.ics`)).status).toBe(200);
    await until(() => isInAMeeting(server.origin));
    await until(() => isInAMeeting(server.origin, BRUNO));
    expect(await server.stop()).toMatchObject({ code: 0, stderr: '' });
  });

  test.each([
    ['is not there', 'nowhere', 'no such file'],
    ['is none', 'porchlight.json', 'is none'],
  ])('doesn’t start where the folder %s', async (_, name, why) => {
    const path = await serving({ folder: name });
    const error = await serve(['--config', path], terminal).catch((each: unknown) => each);
    expect(String(error)).toMatch(new RegExp(`the folder of calendars: .*${why}`));
  });
});

test('dev doesn’t start where the folder is not there', async () => {
  const args = ['--data', temporaryFolder(), '--calendars', join(folder, 'nowhere')];
  await expect(dev(args, terminal)).rejects.toThrow('the folder of calendars');
});
