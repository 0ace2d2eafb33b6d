import { setTimeout as after } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type DevServer, startPorchlightDev, temporaryFolder } from '../program.ts';
import { Random } from './random.ts';

/** How often the server is killed. */
const CYCLES = 4;

const SEED = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** The first tenant of examples/tenant.json, and people of it whom nothing was said about. */
const TENANT = '2f75e7fc-bf0b-44ac-82ef-9a2769953954';
const PEOPLE = Array.from({ length: 8 }, (_, at) => `7777777${at}-aaaa-4aaa-8aaa-000000000001`);

async function tokenOf({ http }: DevServer): Promise<string> {
  const form = {
    grant_type: 'client_credentials',
    client_id: PEOPLE[0] ?? '',
    client_secret: 'any',
  };
  const response = await fetch(`${http}/${TENANT}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...form, ttl: 'P1D' }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

/** Whether it was answered, and how; undefined when the server was gone first. */
async function send(server: DevServer, token: string, method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const given = body === undefined ? {} : { body: JSON.stringify(body) };
  return fetch(`${server.http}/v1.0${path}`, { method, headers, ...given })
    .then(async (response) => ({ status: response.status, body: await response.json() }))
    .catch(() => undefined);
}

function bodyOf<Body>(answer: { readonly status: number; readonly body: unknown } | undefined) {
  expect(answer?.status).toBe(200);
  return answer?.body as Body;
}

test('an event that was answered is there after kill -9, and its meeting shows', {
  timeout: CYCLES * 20_000,
}, async () => {
  console.log(`CRASH_SEED=${SEED}`);
  const random = new Random(SEED);
  const dataDir = temporaryFolder();
  const answered = new Map<string, Set<string>>(PEOPLE.map((userId) => [userId, new Set()]));
  const out = { showAs: 'oof', start: time(-60), end: time(600) };

  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const server = await startPorchlightDev({ dataDir });
    try {
      const token = await tokenOf(server);
      let begin = () => {};
      const begun = new Promise<void>((resolve) => {
        begin = resolve;
      });
      const writing = PEOPLE.map(async (userId) => {
        for (let number = 0; ; number++) {
          const event = { subject: `${cycle}.${number}`, ...out };
          const answer = await send(server, token, 'POST', `/users/${userId}/events`, event);
          if (answer === undefined) return;
          expect(answer.status).toBe(201);
          answered.get(userId)?.add(event.subject);
          begin();
        }
      });
      await begun;
      await after(random.between(20, 250));
      await server.kill();
      await Promise.all(writing);
    } finally {
      await server.kill();
    }
  }

  const server = await startPorchlightDev({ dataDir });
  try {
    const token = await tokenOf(server);
    for (const [userId, subjects] of answered) {
      const list = await send(server, token, 'GET', `/users/${userId}/events?$top=1000`);
      const { value } = bodyOf<{ value: { subject: string }[] }>(list);
      const there = new Set(value.map(({ subject }) => subject));
      expect([...subjects].filter((subject) => !there.has(subject))).toEqual([]);
      const shown = await send(server, token, 'GET', `/users/${userId}/presence`);
      if (subjects.size > 0)
        expect(bodyOf<{ activity: string }>(shown).activity).toBe('OutOfOffice');
    }
    const all = [...answered.values()].reduce((sum, subjects) => sum + subjects.size, 0);
    console.log(`${CYCLES} kills: ${all} answered events, all there`);
    expect(all).toBeGreaterThanOrEqual(CYCLES);
  } finally {
    await server.stop();
  }
});

/** So many minutes from now, on the clock in UTC. */
function time(minutes: number) {
  const dateTime = new Date(Date.now() + minutes * 60_000).toISOString().slice(0, 19);
  return { dateTime, timeZone: 'UTC' };
}
