import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/usage/report-schema.ts';
import { type DevServer, npmStart } from '../program.ts';
import { runClient } from './clients.ts';

/**
 * Microsoft's own clients, unchanged, against the program as `npm start` starts it. Each is a program
 * of its own (clients/*.mjs): Node reads the authorities it trusts once, when a process starts.
 */

const TENANT = '2f75e7fc-bf0b-44ac-82ef-9a2769953954';
const APP = '22553876-f5ab-4529-bffb-cfe50aa89f87';
/** Nobody sets anything about him. */
const CHIDI = '44cb989b-cf82-458f-83b0-b7644cedab7a';

let server: DevServer;

beforeAll(async () => {
  server = await npmStart();
});

afterAll(() => server.stop());

function runFor(name: string, user: string, userName: string): Promise<unknown> {
  const task = { origin: server.https, tenant: TENANT, app: APP, user, userName, colleague: CHIDI };
  return runClient(name, task, server.caPath);
}

/** What a client program prints. */
interface Seen {
  readonly set: unknown;
  readonly bulk: unknown;
  readonly preferred: unknown;
  readonly preferredCleared: unknown;
  readonly statusMessage: unknown;
  readonly batch: Readonly<Record<string, unknown>>;
  readonly batched: unknown;
  readonly cleared: unknown;
  readonly clearedTwice: unknown;
  readonly me: unknown;
  readonly meCleared: unknown;
  readonly setSomeoneElse: unknown;
}

const OFFLINE = { availability: 'Offline', activity: 'Offline' };
const IN_A_CALL = { availability: 'Busy', activity: 'InACall' };

const CLIENTS = [
  {
    client: '@microsoft/microsoft-graph-client',
    program: 'graph-client',
    user: '55b02b97-4f73-4022-a6f0-2a3b400d2e28',
    userName: 'bruno@contoso.example',
    batches: true,
  },
  {
    client: '@microsoft/msgraph-sdk',
    program: 'msgraph-sdk',
    user: 'cf11f49c-b347-406e-b5e1-50d2772b13ca',
    userName: 'dilara@contoso.example',
    // Its batch sends a part's body without the content type that Graph asks for.
    batches: false,
  },
  {
    client: '@pnp/graph',
    program: 'pnp-graph',
    user: '0bce3bb6-c269-482d-8a0f-f3286d1af99f',
    userName: 'emil@contoso.example',
    batches: true,
  },
] as const;

describe.each(CLIENTS)('$client', ({ program, user, userName, batches }) => {
  let seen: Seen;

  beforeAll(async () => {
    seen = (await runFor(program, user, userName)) as Seen;
  });

  test('sets presence and reads it back', () => {
    expect(seen.set).toMatchObject({ id: user, ...IN_A_CALL });
  });

  test('reads the presence of several users at once', () => {
    expect(seen.bulk).toMatchObject([
      { id: user, ...IN_A_CALL },
      { id: CHIDI, ...OFFLINE },
    ]);
  });

  test('sets preferred presence, which wins, and clears it', () => {
    expect(seen.preferred).toMatchObject({
      availability: 'DoNotDisturb',
      activity: 'DoNotDisturb',
    });
    expect(seen.preferredCleared).toMatchObject(IN_A_CALL);
  });

  test('sets a status message, of which an application reads the text alone', () => {
    expect(seen.statusMessage).toEqual({
      message: { content: 'Back at three', contentType: 'text' },
    });
  });

  test('clears its session, and is told 404 when it does so again', () => {
    expect(seen.cleared).toMatchObject(OFFLINE);
    expect(seen.clearedTwice).toEqual({
      status: 404,
      code: 'NotFound',
      message: 'This application has no such presence session.',
    });
  });

  test('sets and clears the presence of the signed-in user, who reads when the status message ends', () => {
    expect(seen.me).toMatchObject({
      id: user,
      availability: 'Away',
      activity: 'Away',
      statusMessage: {
        message: { content: 'Back at three' },
        publishedDateTime: expect.any(String),
        expiryDateTime: {
          dateTime: '2099-10-18T17:05:33.2079781',
          timeZone: 'Pacific Standard Time',
        },
      },
    });
    expect(seen.meCleared).toMatchObject(OFFLINE);
  });

  test('may not set the presence of someone else for the signed-in user', () => {
    expect(seen.setSomeoneElse).toEqual({
      status: 401,
      code: 'Unauthorized',
      message: `Cannot set the presence of another user. Authenticated user: ${user}. Requested user: ${CHIDI}`,
    });
  });

  if (batches) {
    test('takes each part of a batch apart: a read, a write and two refusals', () => {
      expect(seen.batch).toMatchObject({
        read: { status: 200, body: { id: CHIDI, ...OFFLINE } },
        set: { status: 200 },
        clear: { status: 404, body: { error: { code: 'NotFound' } } },
        wrong: { status: 400, body: { error: { code: 'InvalidArgument' } } },
      });
      expect(seen.batched).toMatchObject({ availability: 'DoNotDisturb', activity: 'Presenting' });
    });
  }
});

describe('@microsoft/microsoft-graph-client, of the directory', () => {
  const ada = 'fa8bf3dc-eca7-46b7-bad1-db199b62afc3';
  let seen: Readonly<Record<string, unknown>>;

  beforeAll(async () => {
    seen = (await runFor('directory', ada, 'ada@contoso.example')) as typeof seen;
  });

  test('reads who is signed in, and a colleague', () => {
    expect(seen.me).toMatchObject({
      id: ada,
      displayName: 'Ada Moreau',
      givenName: 'Ada',
      mail: 'ada@contoso.example',
      businessPhones: [],
      mobilePhone: null,
    });
    expect(seen.colleague).toMatchObject({ id: CHIDI, displayName: 'Chidi Okafor' });
  });

  test('filters and searches users, and follows the pages of a list', () => {
    expect(seen.filtered).toEqual([{ displayName: 'Ada Moreau' }, { displayName: 'Chidi Okafor' }]);
    expect(seen.searched).toEqual({ count: 1, ids: [CHIDI] });
    expect(seen.pages).toEqual([4, 2]);
  });

  test('reads a photo, and puts one of its own', () => {
    const photo = readFileSync('examples/photos/chidi.png', 'base64');
    expect(seen.photo).toBe(photo);
    expect(seen.photoKind).toMatchObject({ width: 120, '@odata.mediaContentType': 'image/png' });
    expect(seen.ownPhoto).toBe(photo);
  });

  test('is told that nobody has a name', () => {
    expect(seen.nobody).toEqual({ status: 404, code: 'Request_ResourceNotFound' });
  });
});

describe('@azure/msal-node', () => {
  const fumiko = 'f6fb3666-e46f-453f-ba5b-edf9690c6bdd';
  let seen: {
    readonly application: { readonly lifetimeMs: number };
    readonly delegated: unknown;
    readonly refused: unknown;
  };

  beforeAll(async () => {
    seen = (await runFor('msal-node', fumiko, 'fumiko@contoso.example')) as typeof seen;
  });

  test('gets an application token for an hour', () => {
    expect(seen.application).toMatchObject({ type: 'Bearer' });
    expect(Math.round(seen.application.lifetimeMs / 60_000)).toBe(60);
  });

  test('gets a delegated token, and learns from it who signed in', () => {
    expect(seen.delegated).toMatchObject({
      type: 'Bearer',
      scopes: expect.arrayContaining([
        'https://graph.microsoft.com/Presence.ReadWrite',
        'https://graph.microsoft.com/Presence.Read.All',
      ]),
      account: {
        homeAccountId: `${fumiko}.${TENANT}`,
        tenantId: TENANT,
        localAccountId: fumiko,
        username: 'fumiko@contoso.example',
        name: 'Fumiko Arai',
      },
    });
  });

  test('is told who could have signed in when nobody of that name can', () => {
    expect(seen.refused).toMatchObject({
      code: 'invalid_grant',
      message: expect.stringContaining('ada@contoso.example'),
    });
  });
});

test('of what they did, the report tells the permissions that Graph’s pages ask for', async () => {
  const answer = await fetch(`${server.http}/porchlight/report`);
  const { applications } = (await answer.json()) as Report;
  const [application] = applications;
  expect(application).toMatchObject({ tenantId: TENANT, applicationId: APP });
  // One of them writes presence, so that its application needs no other permission to read it.
  expect(application?.applicationPermissions.needed).toEqual(['Presence.ReadWrite.All']);
  expect(application?.delegatedPermissions.needed).toEqual([
    ...['Presence.Read', 'Presence.ReadWrite'],
    ...['ProfilePhoto.ReadWrite', 'User.ReadBasic.All'],
  ]);
  // Nor do they ask for anything that Graph hasn’t.
  expect(application?.additions).toEqual([]);
});
