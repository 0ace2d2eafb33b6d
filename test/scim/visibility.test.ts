import { afterEach, expect, test } from 'vitest';
import { COLLEAGUE, STRANGER, session, TENANT, USER } from '../wire/porchlight.ts';
import { patch, type ScimServer, startScim } from './client.ts';

let server: ScimServer;
afterEach(() => server.close());

async function start(seeEveryone: readonly string[] = []) {
  server = await startScim({ visibility: new Map([[TENANT, { who: 'groups', seeEveryone }]]) });
  for (const [at, externalId] of [USER, COLLEAGUE, STRANGER].entries()) {
    await server.create(`user${at}@contoso.example`, { externalId });
    const path = `/v1.0/users/${externalId}/presence/setPresence`;
    expect((await server.as().post(path, session('Busy/InACall'))).status).toBe(200);
  }
}

async function read(reader: string, userId: string): Promise<string> {
  const { body } = await server.as({ user: reader }).get(`/v1.0/users/${userId}/presence`);
  return (body as { activity: string }).activity;
}

test('those who are pushed into one group see each other, until one of them is taken out', async () => {
  await start();
  expect(await read(USER, COLLEAGUE)).toBe('Offline');
  const members = [{ value: USER }, { value: COLLEAGUE }];
  const { body } = await server.scim('POST', '/Groups', { displayName: 'Crew', members });
  expect(await read(USER, COLLEAGUE)).toBe('InACall');
  expect(await read(USER, STRANGER)).toBe('Offline');
  const path = `members[value eq "${COLLEAGUE}"]`;
  await server.scim('PATCH', `/Groups/${body.id}`, patch({ op: 'remove', path }));
  expect(await read(USER, COLLEAGUE)).toBe('Offline');
});

test('a group that sees everyone is named as it is called, or by its id', async () => {
  const id = '3d6a2f34-1a8e-4cf8-a6a5-5b3c36c1a201';
  await start(['Reception', id]);
  await server.scim('POST', '/Groups', { displayName: 'Reception', members: [{ value: USER }] });
  await server.scim('POST', '/Groups', {
    displayName: 'Doors',
    externalId: id,
    members: [{ value: COLLEAGUE }],
  });
  expect(await read(USER, STRANGER)).toBe('InACall');
  expect(await read(COLLEAGUE, STRANGER)).toBe('InACall');
  expect(await read(STRANGER, USER)).toBe('Offline');
});
