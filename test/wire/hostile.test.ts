import { expect, test } from 'vitest';
import type { Profile } from '../../src/graph/settable.ts';
import { exampleDirectoryRoutes, exampleRoutes } from '../http/routes.ts';
import { exampleRequests } from './examples.ts';
import { answerInProcess, type InProcessAnswer } from './hostile/in-process.ts';
import { seededRandom } from './hostile/random.ts';
import { type HostileRequest, hostileRequest, type Tokens } from './hostile/requests.ts';
import {
  HOUR_MS,
  OTHER_TENANT,
  type Porchlight,
  preferred,
  session,
  startPorchlight,
  TENANT,
  USER,
} from './porchlight.ts';

const REQUESTS = Number(process.env.HOSTILE_REQUESTS ?? 20_000);
const SEED = Number(process.env.HOSTILE_SEED ?? Date.now() % 2 ** 32);
const SLOWEST_MS = 1000;

/** Users whom no hostile request means. */
const BYSTANDERS = [
  'b1000000-1111-4aaa-8aaa-aaaaaaaaaaa1',
  'b2000000-2222-4bbb-8bbb-bbbbbbbbbbb2',
  'b3000000-3333-4ccc-8ccc-ccccccccccc3',
];

async function tokensOf(porchlight: Porchlight): Promise<Tokens> {
  const { token } = porchlight;
  return {
    application: [
      await token(),
      await token({ permissions: ['Presence.ReadWrite.All', 'User.ReadWrite.All'] }),
    ],
    delegated: [
      await token({ user: USER }),
      await token({ user: USER, permissions: ['Presence.Read', 'User.ReadWrite'] }),
    ],
    bad: [
      await token({ permissions: [] }),
      await token({ claims: { exp: 1 } }),
      await token({ claims: { aud: 'elsewhere' } }),
      await token({ forged: true }),
      'x',
    ],
  };
}

/** What a reader would see of everybody who isn't meant. */
async function bystanders({ store }: Porchlight): Promise<unknown> {
  return [
    await store.read(TENANT, BYSTANDERS),
    await store.read(OTHER_TENANT, [...BYSTANDERS, USER]),
  ];
}

async function beginLives(porchlight: Porchlight): Promise<void> {
  for (const tenant of [TENANT, OTHER_TENANT]) {
    const app = porchlight.as({ tenant });
    for (const user of tenant === TENANT ? BYSTANDERS : [...BYSTANDERS, USER]) {
      const path = `/v1.0/users/${user}/presence`;
      const statusMessage = { message: { content: 'Leave me alone' } };
      for (const answer of [
        await app.post(`${path}/setPresence`, session('Busy/InACall', 'PT4H')),
        await app.post(`${path}/setUserPreferredPresence`, preferred('DoNotDisturb/DoNotDisturb')),
        await app.post(`${path}/setStatusMessage`, { statusMessage }),
      ]) {
        expect(answer.status).toBe(200);
      }
    }
  }
}

/** What is wrong with an answer; undefined when nothing is. */
function complaint({ method }: HostileRequest, answer: InProcessAnswer): string | undefined {
  const { status, contentType, text, ms, cpuMs } = answer;
  if (status < 200 || status >= 500) return `status ${status}`;
  if (Math.min(ms, cpuMs) > SLOWEST_MS) return `${Math.round(cpuMs)} ms of work`;
  if (/\\n {2,}at |node_modules/.test(text)) return 'a stack trace';
  if (method === 'HEAD' || text === '') {
    return status >= 400 && method !== 'HEAD' ? 'an error without a body' : undefined;
  }
  if (contentType?.startsWith('application/json') !== true) {
    return status === 200 ? undefined : `an error as ${contentType}`;
  }
  const body: unknown = JSON.parse(text);
  if (status >= 400) return envelopeComplaint(body);
  const parts = (body as { responses?: unknown }).responses;
  if (!Array.isArray(parts)) return undefined;
  for (const part of parts as { status: number; body: unknown }[]) {
    if (part.status >= 500) return `a part with status ${part.status}`;
    const wrong = part.status >= 400 ? envelopeComplaint(part.body) : undefined;
    if (wrong !== undefined) return `a part with ${wrong}`;
  }
  return undefined;
}

function envelopeComplaint(body: unknown): string | undefined {
  const { error } = body as { error?: { code?: unknown; message?: unknown; innerError?: unknown } };
  if (typeof error?.code !== 'string' || error.code === '') return 'no error code';
  if (typeof error.message !== 'string' || error.message === '') return 'no error message';
  return error.innerError === undefined ? 'no ids' : undefined;
}

function printed({ method, url, headers, body }: HostileRequest): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return [`${method} ${JSON.stringify(url)}`, ...lines, '', JSON.stringify(body.toString())]
    .join('\n')
    .slice(0, 4000);
}

/** Fails the wait for an answer that doesn't come. */
function watchdog(current: () => string) {
  let startedMs = 0;
  let fail: (error: Error) => void = () => {};
  const timer = setInterval(() => {
    if (performance.now() - startedMs > 10_000) fail(new Error(`no answer to:\n${current()}`));
  }, 1000).unref();
  return {
    watch: <T>(answer: Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        startedMs = performance.now();
        fail = reject;
        answer.then(resolve, reject);
      }),
    end: () => clearInterval(timer),
  };
}

test.each<Profile>(['graph', 'extended'])(
  'hostile requests in profile %s are each answered quickly and properly, and touch nobody they don’t mean',
  { timeout: Math.max(60_000, REQUESTS * 2) },
  async (profile) => {
    const count = Math.ceil(REQUESTS / 2);
    const porchlight = await startPorchlight({ profile });
    const random = seededRandom(SEED + (profile === 'graph' ? 0 : 1));
    await beginLives(porchlight);
    const before = await bystanders(porchlight);
    const routes = [...exampleRoutes(), ...exampleDirectoryRoutes()];
    const [first, ...rest] = exampleRequests(routes);
    if (first === undefined) throw new Error('no routes');
    const parts = { examples: [first, ...rest] as const, tokens: await tokensOf(porchlight) };

    const statuses: Record<number, number> = {};
    let slowest: { ms: number; request: HostileRequest | undefined } = {
      ms: 0,
      request: undefined,
    };
    let request = hostileRequest(random, parts);
    const dog = watchdog(() => printed(request));
    const startMs = performance.now();
    for (let number = 0; number < count; number++) {
      request = hostileRequest(random, parts);
      const answer = await dog.watch(answerInProcess(porchlight.server.handler, request));
      const wrong = complaint(request, answer);
      if (wrong !== undefined || porchlight.logged.length > 0) {
        throw new Error(
          `seed ${SEED}, request ${number}: ${wrong}\n${printed(request)}\n\n${answer.text.slice(0, 1000)}\n${porchlight.logged.join('')}`,
        );
      }
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      const ms = Math.min(answer.ms, answer.cpuMs);
      if (ms > slowest.ms) slowest = { ms, request };
      // An hour passes on the way, so that fades and expiry take part.
      porchlight.clock.advance(HOUR_MS / count);
    }
    dog.end();
    const seconds = (performance.now() - startMs) / 1000;
    console.log(
      `${count} hostile requests, profile ${profile}, seed ${SEED}: ${seconds.toFixed(1)} s, ` +
        `slowest ${slowest.ms.toFixed(1)} ms (${slowest.request?.method} ${slowest.request?.url.slice(0, 60)}, ` +
        `${slowest.request?.body.length} bytes), statuses ${JSON.stringify(statuses)}`,
    );

    expect(await bystanders(porchlight)).toEqual(before);
    // Enough of them came through to the operations, and enough did not.
    expect(statuses[200]).toBeGreaterThan(count / 10);
    expect(statuses[400]).toBeGreaterThan(count / 20);
    // It serves as on the first day.
    const app = porchlight.as();
    await app.delete(`/beta/users/${USER}/presence/${USER}`);
    const path = `/v1.0/users/${BYSTANDERS[0]}/presence`;
    expect((await app.get(path)).body).toMatchObject({ availability: 'DoNotDisturb' });
    expect((await app.post(`${path}/clearUserPreferredPresence`, {})).status).toBe(200);
    expect((await app.get(path)).body).toMatchObject({ availability: 'Busy', activity: 'InACall' });
    await porchlight.close();
  },
);
