import { type Porchlight, type Snapshot, startPorchlight } from '../src/testing.ts';
import { figure, type Question, type Row } from './question.ts';
import { median } from './rounds.ts';
import { APP, TENANT, userId } from './users.ts';

/** Aim: nobody notices a reset between two tests. */
const AIM_MS = 5;

const USERS = 1000;
const SUBSCRIPTIONS = 20;
const START = '2026-11-21T09:00:00Z';

/** What one of them took; on a machine that does much else, the CPU time tells more. */
interface Took {
  readonly ms: number;
  readonly cpuMs: number;
}

/** Each in turn; what they do to the server in between makes the next one's work real. */
export const testKit: Question = {
  name: 'test-kit',
  title: `Test kit: ${figure(USERS)} users with sessions and calendars, ${SUBSCRIPTIONS} subscriptions`,
  async run({ rounds, durationMs, quick, note }) {
    note('test-kit');
    const names = Array.from({ length: quick ? 50 : USERS }, (_, at) => ({
      id: userId(at),
      userPrincipalName: `user${at}`,
    }));
    const tenant = { id: TENANT, domain: 'bench.example' };
    const porch = await startPorchlight({ tenant, users: names, now: START });
    try {
      await furnish(porch);
      let full = await porch.snapshot();
      const took: Record<string, Took[]> = { snapshot: [], restore: [], reset: [] };
      const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
        const startedMs = performance.now();
        const cpu = process.cpuUsage();
        const done = await work();
        const { user, system } = process.cpuUsage(cpu);
        took[what]?.push({ ms: performance.now() - startedMs, cpuMs: (user + system) / 1000 });
        return done;
      };
      const untilMs = performance.now() + rounds * durationMs;
      while (performance.now() < untilMs) full = await once(porch, full, timed);
      return Object.entries(took).map(([what, each]) => row(what, each));
    } finally {
      await porch.close();
    }
  },
};

async function once(
  porch: Porchlight,
  full: Snapshot,
  timed: <T>(what: string, work: () => Promise<T>) => Promise<T>,
): Promise<Snapshot> {
  await timed('reset', () => porch.reset());
  await timed('restore', () => porch.restore(full));
  await porch.advance('PT1M');
  return timed('snapshot', () => porch.snapshot());
}

function row(what: string, took: readonly Took[]): Row {
  const wall = took.map(({ ms }) => ms);
  const cpu = took.map(({ cpuMs }) => cpuMs);
  return {
    what,
    result: `${figure(median(wall), 2)} ms`,
    aim: `< ${AIM_MS} ms`,
    met: median(wall) < AIM_MS,
    figures: `p99 ${figure(p99(wall), 2)} ms of ${figure(took.length)}; CPU of all threads ${figure(median(cpu), 2)} ms, p99 ${figure(p99(cpu), 2)} ms`,
  };
}

function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Number.NaN;
}

async function furnish(porch: Porchlight): Promise<void> {
  const application = await porch.token({ app: APP });
  const post = async (path: string, body: object, token = application): Promise<void> => {
    const response = await fetch(`${porch.url}/v1.0${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  };
  const at = (hour: number) => ({ dateTime: `2026-11-21T${hour}:00:00`, timeZone: 'UTC' });
  for (const { id } of porch.users) {
    const session = { availability: 'Busy', activity: 'InACall', expirationDuration: 'PT4H' };
    await post(`/users/${id}/presence/setPresence`, { ...session, sessionId: APP });
    await post(`/users/${id}/events`, { subject: 'Standup', start: at(10), end: at(11) });
  }
  for (const { id } of porch.users.slice(0, SUBSCRIPTIONS)) {
    const subscription = {
      changeType: 'updated',
      notificationUrl: porch.inbox(id).url,
      resource: `/communications/presences/${id}`,
      expirationDateTime: '2026-11-21T09:59:00Z',
    };
    await post('/subscriptions', subscription, await porch.token({ user: id }));
  }
  await porch.settled();
}
