import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDirectory } from '../../src/directory/fixed.ts';
import { NEVER_MS } from '../../src/engine/facts.ts';
import {
  APP,
  COLLEAGUE,
  expectError,
  OTHER_APP,
  OTHER_TENANT,
  type Porchlight,
  preferred,
  STRANGER,
  session,
  startPorchlight,
  TENANT,
  USER,
} from './porchlight.ts';

let porchlight: Porchlight;
beforeEach(async () => {
  porchlight = await startPorchlight();
});
afterEach(() => porchlight.close());

test('GET /users/{id}/presence gives the whole presence resource, in the real service’s order', async () => {
  const app = porchlight.as();
  await app.post(`/v1.0/users/${USER}/presence/setPresence`, session('Busy/InACall'));

  const answer = await app.get(`/v1.0/users/${USER}/presence`);

  expect(answer.status).toBe(200);
  expect(answer.text).toBe(
    `{"@odata.context":"${porchlight.origin}/v1.0/$metadata#users('${USER}')/presence/$entity",` +
      `"id":"${USER}","availability":"Busy","activity":"InACall",` +
      '"outOfOfficeSettings":{"message":null,"isOutOfOffice":false},"sequenceNumber":"A0001795251600000",' +
      '"statusMessage":null,"workLocation":{"source":"none","workLocationType":"unspecified","placeId":null}}',
  );
});

test('a presence carries every property of the documented resource', async () => {
  await porchlight
    .as()
    .post(`/v1.0/users/${USER}/presence/setPresence`, session('Available/Available'));
  const { body } = await porchlight.as().get(`/v1.0/users/${USER}/presence`);
  expect(body).toEqual({
    '@odata.context': expect.any(String),
    activity: 'Available',
    availability: 'Available',
    id: USER,
    outOfOfficeSettings: { isOutOfOffice: false, message: null },
    sequenceNumber: expect.stringMatching(/^A\d{16}$/),
    statusMessage: null,
    workLocation: { source: 'none', workLocationType: 'unspecified', placeId: null },
  });
});

test('GET /me/presence gives the caller’s own presence', async () => {
  await porchlight
    .as()
    .post(`/v1.0/users/${USER}/presence/setPresence`, session('Busy/InAConferenceCall'));

  const answer = await porchlight.as({ user: USER }).get('/v1.0/me/presence');

  expect(answer.body).toMatchObject({
    '@odata.context': `${porchlight.origin}/v1.0/$metadata#users('${USER}')/presence/$entity`,
    id: USER,
    availability: 'Busy',
    activity: 'InAConferenceCall',
  });
});

test('GET /communications/presences/{id} gives the same presence as GET /users/{id}/presence', async () => {
  const app = porchlight.as();
  await app.post(`/v1.0/users/${USER}/presence/setPresence`, session('Away/Away'));
  const one = await app.get(`/v1.0/users/${USER}/presence`);
  const other = await app.get(`/v1.0/communications/presences/${USER}`);
  expect(other.status).toBe(200);
  expect(other.text).toBe(one.text);
});

test('GET aggregates all sessions of the user', async () => {
  const path = `/v1.0/users/${USER}/presence/setPresence`;
  await porchlight.as().post(path, session('Available/Available'));
  await porchlight.as({ app: OTHER_APP }).post(path, session('Busy/InACall', undefined, OTHER_APP));
  expect(await porchlight.shown()).toBe('Busy/InACall');
});

describe('among the session states the first in the order shows', () => {
  const ORDER = [
    'DoNotDisturb/Presenting',
    'DoNotDisturb/DoNotDisturb',
    'Busy/InAConferenceCall',
    'Busy/InACall',
    'Busy/Busy',
    'Available/Available',
    'BeRightBack/BeRightBack',
    'Away/Away',
  ];

  test('DoNotDisturb wins over Busy, Busy over Available, Available over BeRightBack, BeRightBack over Away; of the activities Presenting, InAConferenceCall, InACall come first', async () => {
    const extended = await startPorchlight({ profile: 'extended' });
    const path = `/v1.0/users/${USER}/presence/setPresence`;
    const app = extended.as();
    for (const stronger of ORDER) {
      for (const weaker of ORDER.slice(ORDER.indexOf(stronger) + 1)) {
        for (const [first, second] of [
          [stronger, weaker],
          [weaker, stronger],
        ] as const) {
          await app.post(path, session(first, undefined, 'first'));
          await app.post(path, session(second, undefined, 'second'));
          expect(await extended.shown(), `${first} with ${second}`).toBe(stronger);
        }
      }
    }
    await extended.close();
  });

  test('Available faded to AvailableInactive still wins over BeRightBack', async () => {
    const extended = await startPorchlight({ profile: 'extended' });
    const path = `/v1.0/users/${USER}/presence/setPresence`;
    await extended.as().post(path, session('Available/Available', 'PT1H', 'desk'));
    await extended.as().post(path, session('BeRightBack/BeRightBack', 'PT1H', 'phone'));
    extended.clock.advance(5 * 60_000);
    expect(await extended.shown()).toBe('Available/AvailableInactive');
    await extended.close();
  });
});

describe('sequenceNumber', () => {
  const sequenceNumber = async () => {
    const { body } = await porchlight.as().get(`/v1.0/users/${USER}/presence`);
    return (body as { sequenceNumber: string }).sequenceNumber;
  };
  const set = (pair: string) =>
    porchlight.as().post(`/v1.0/users/${USER}/presence/setPresence`, session(pair, 'PT4H'));

  test('sequenceNumber grows as a string with every change, also without the clock moving', async () => {
    const numbers: string[] = [];
    for (const pair of ['Available/Available', 'Busy/InACall', 'Away/Away', 'Busy/InACall']) {
      await set(pair);
      numbers.push(await sequenceNumber());
    }
    expect(numbers).toEqual([...new Set(numbers)].sort());
    expect(new Set(numbers.map((number) => number.length)).size).toBe(1);
  });

  test('sequenceNumber grows through fades that nobody asked about', async () => {
    await set('Available/Available');
    const atFirst = await sequenceNumber();
    porchlight.clock.advance(11 * 60_000);
    const afterBothFades = await sequenceNumber();
    expect(afterBothFades > atFirst).toBe(true);
    // The second fade is dated when it happened, not when somebody looked.
    expect(afterBothFades).toBe(`A000${Date.parse('2026-11-21T09:10:00Z')}`);
  });

  test('sequenceNumber grows after the clock was set back', async () => {
    await set('Available/Available');
    const before = await sequenceNumber();
    porchlight.clock.set(porchlight.clock.nowMs() - 3_600_000);
    await set('Busy/InACall');
    expect((await sequenceNumber()) > before).toBe(true);
  });

  test('sequenceNumber stays when nothing changed: a read, a keep-alive, a set that doesn’t show', async () => {
    await set('Busy/InACall');
    const before = await sequenceNumber();
    porchlight.clock.advance(60_000);
    await set('Busy/InACall');
    await porchlight
      .as({ app: OTHER_APP })
      .post(`/v1.0/users/${USER}/presence/setPresence`, session('Away/Away', 'PT1H', OTHER_APP));
    expect(await sequenceNumber()).toBe(before);
  });
});

describe('users that nobody spoke about', () => {
  test('a user the directory lists shows as Offline before the first word about them', async () => {
    const { body } = await porchlight.as().get(`/v1.0/users/${COLLEAGUE}/presence`);
    expect(body).toMatchObject({ id: COLLEAGUE, availability: 'Offline', activity: 'Offline' });
  });

  test('two such users each have their own id', async () => {
    const app = porchlight.as();
    const ids = [];
    for (const user of [USER, COLLEAGUE]) {
      ids.push((await app.get(`/v1.0/users/${user}/presence`)).body);
    }
    expect(ids).toMatchObject([{ id: USER }, { id: COLLEAGUE }]);
  });

  test('whoever holds a token sees themselves, listed or not', async () => {
    const { status, body } = await porchlight.as({ user: STRANGER }).get('/v1.0/me/presence');
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: STRANGER, availability: 'Offline', activity: 'Offline' });
  });

  test('an unknown user alone is 404', async () => {
    const answer = await porchlight.as().get(`/v1.0/users/${STRANGER}/presence`);
    expect(expectError(answer, 404, 'NotFound')).toBe(`User '${STRANGER}' was not found.`);
  });

  test('a name that is no id and that the directory doesn’t know is 404', async () => {
    const answer = await porchlight.as().get('/v1.0/users/nobody@contoso.example/presence');
    expect(expectError(answer, 404, 'NotFound')).toContain('nobody@contoso.example');
  });

  test('with a listed directory nobody else can be written about', async () => {
    const listed = await startPorchlight({
      directory: createDirectory('listed', new Map([[TENANT, [{ id: USER }]]])),
    });
    const app = listed.as();
    const set = (user: string) =>
      app.post(`/v1.0/users/${user}/presence/setPresence`, session('Busy/InACall'));
    expect((await set(USER)).status).toBe(200);
    expectError(await set(COLLEAGUE), 404, 'NotFound');
    await listed.close();
  });
});

describe('tenants apart', () => {
  test('the same user id in two tenants is two users', async () => {
    const path = `/v1.0/users/${USER}/presence/setPresence`;
    await porchlight.as().post(path, session('Busy/InACall'));
    await porchlight.as({ tenant: OTHER_TENANT }).post(path, session('Away/Away'));
    expect(await porchlight.shown(USER, TENANT)).toBe('Busy/InACall');
    expect(await porchlight.shown(USER, OTHER_TENANT)).toBe('Away/Away');
  });

  test('another tenant’s user is an unknown user', async () => {
    await porchlight.as().post(`/v1.0/users/${USER}/presence/setPresence`, session('Busy/InACall'));
    const answer = await porchlight
      .as({ tenant: OTHER_TENANT })
      .get(`/v1.0/users/${USER}/presence`);
    expectError(answer, 404, 'NotFound');
  });

  test('a delegated token sees its own tenant’s user with the same id', async () => {
    await porchlight.as().post(`/v1.0/users/${USER}/presence/setPresence`, session('Busy/InACall'));
    const { body } = await porchlight
      .as({ tenant: OTHER_TENANT, user: USER })
      .get('/v1.0/me/presence');
    expect(body).toMatchObject({ availability: 'Offline', activity: 'Offline' });
  });

  test('clearing in one tenant leaves the other’s session alone', async () => {
    await porchlight.as().post(`/v1.0/users/${USER}/presence/setPresence`, session('Busy/InACall'));
    const cleared = await porchlight
      .as({ tenant: OTHER_TENANT })
      .post(`/v1.0/users/${USER}/presence/clearPresence`, { sessionId: APP });
    expectError(cleared, 404, 'NotFound');
    expect(await porchlight.shown()).toBe('Busy/InACall');
  });
});

describe('out of office, said through the service', () => {
  const outOfOffice = (message: string | null = 'Back on Monday') =>
    porchlight.server.presence.execute(
      { tenantId: TENANT, userId: USER },
      {
        kind: 'setCalendar',
        revision: 1,
        spans: [],
        refillAtMs: NEVER_MS,
        appId: APP,
        outOfOffice: {
          message,
          startsAtMs: porchlight.clock.nowMs(),
          endsAtMs: porchlight.clock.nowMs() + 3_600_000,
        },
      },
    );
  const set = (pair: string) =>
    porchlight.as().post(`/v1.0/users/${USER}/presence/setPresence`, session(pair, 'PT4H'));

  test('out of office shows in outOfOfficeSettings, with its message', async () => {
    await set('Busy/InACall');
    await outOfOffice('Zurück am "Montag"\n<b>');
    const { body } = await porchlight.as().get(`/v1.0/users/${USER}/presence`);
    expect(body).toMatchObject({
      outOfOfficeSettings: { isOutOfOffice: true, message: 'Zurück am "Montag"\n<b>' },
    });
  });

  test('out of office makes the activity OutOfOffice while Available, Away or Offline', async () => {
    await outOfOffice();
    expect(await porchlight.shown()).toBe('Offline/OutOfOffice');
    await set('Available/Available');
    expect(await porchlight.shown()).toBe('Available/OutOfOffice');
    porchlight.clock.advance(5 * 60_000);
    expect(await porchlight.shown()).toBe('Available/OutOfOffice');
    await set('Away/Away');
    expect(await porchlight.shown()).toBe('Away/OutOfOffice');
  });

  test('out of office leaves Busy and DoNotDisturb their activity', async () => {
    await outOfOffice();
    for (const pair of ['Busy/InACall', 'Busy/InAConferenceCall', 'DoNotDisturb/Presenting']) {
      await set(pair);
      expect(await porchlight.shown()).toBe(pair);
    }
  });

  test('out of office leaves the preferred BeRightBack its activity and turns the preferred OffWork into OutOfOffice', async () => {
    await outOfOffice();
    await set('Available/Available');
    const prefer = (pair: string) =>
      porchlight
        .as()
        .post(`/v1.0/users/${USER}/presence/setUserPreferredPresence`, preferred(pair));
    await prefer('BeRightBack/BeRightBack');
    expect(await porchlight.shown()).toBe('BeRightBack/BeRightBack');
    await prefer('Offline/OffWork');
    expect(await porchlight.shown()).toBe('Offline/OutOfOffice');
  });

  test('out of office ends by itself, and the activity is back', async () => {
    await outOfOffice();
    await set('Away/Away');
    porchlight.clock.advance(3_600_000);
    const { body } = await porchlight.as().get(`/v1.0/users/${USER}/presence`);
    expect(body).toMatchObject({
      availability: 'Away',
      activity: 'Away',
      outOfOfficeSettings: { isOutOfOffice: false, message: null },
    });
  });
});
