import { systemClock } from '../../src/clock.ts';
import { AVAILABLE, type Pair, pair, pairName } from '../../src/engine/pair.ts';
import type { Outbound, OutboundResult } from '../../src/outbound/outbound.ts';
import { SeededRandomness } from '../../src/random.ts';
import { VirtualClock } from '../../src/time/virtual-clock.ts';
import { guid } from '../store/commands.ts';
import {
  APP,
  HOUR_MS,
  MINUTE_MS,
  type Porchlight,
  session,
  startPorchlight,
  TENANT,
} from '../wire/porchlight.ts';

/** Midnight of a Monday. */
export const MIDNIGHT = Date.parse('2026-11-23T00:00:00Z');

const USERS = Array.from({ length: 1000 }, (_, at) => guid(at + 1));
const APPS = Array.from({ length: 20 }, (_, at) => guid(5001 + at));
const CALL = guid(6001);

export interface Day {
  readonly porchlight: Porchlight;
  /** Notifications that arrived. */
  arrived(): number;
  /** Notifications that were refused, or hung up on. */
  failed(): number;
}

/** What a receiver says to a notification: every fourth fails around noon, one until late, and one hangs up always. */
function statusAt(app: number, atMs: number): number | undefined {
  const hour = (atMs - MIDNIGHT) / HOUR_MS;
  if (app === 19) return undefined;
  return app % 4 === 0 && hour >= 10 && hour < (app === 16 ? 23.5 : 15) ? 503 : 202;
}

/** A thousand people with meetings, whom twenty applications watch; a seed makes it the same day again. */
export async function startDay(): Promise<Day> {
  const clock = new VirtualClock(systemClock, { kind: 'frozen', atMs: MIDNIGHT });
  let arrived = 0;
  let failed = 0;

  function answer(url: string): OutboundResult {
    const { pathname, searchParams } = new URL(url);
    const token = searchParams.get('validationToken');
    const body = token ?? '';
    const status = token === null ? statusAt(Number(pathname.slice(1)), clock.nowMs()) : 200;
    if (token === null) status === 202 ? arrived++ : failed++;
    if (status !== undefined) {
      return { kind: 'answered', status, contentType: 'text/plain', body, elapsedMs: 1 };
    }
    return { kind: 'failed', code: 'unreachable', reason: 'hung up', elapsedMs: 1 };
  }

  const outbound: Outbound = {
    send: async ({ url }) => answer(url),
    refusal: () => undefined,
    close() {},
  };
  const porchlight = await startPorchlight({
    profile: 'extended',
    virtual: clock,
    parts: { outbound, randomness: new SeededRandomness(6) },
  });
  await keepAppointments(porchlight);
  await subscribe(porchlight);
  return { porchlight, arrived: () => arrived, failed: () => failed };
}

/** Each has a meeting in the morning and one in the afternoon, every working day. */
async function keepAppointments(porchlight: Porchlight): Promise<void> {
  const at = (minute: number) => ({
    dateTime: new Date(MIDNIGHT + minute * MINUTE_MS).toISOString().slice(0, 19),
    timeZone: 'UTC',
  });
  const daysOfWeek = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'];
  const recurrence = {
    pattern: { type: 'weekly', interval: 1, daysOfWeek },
    range: { type: 'noEnd', startDate: '2026-11-23' },
  };
  await batches(
    porchlight,
    USERS.flatMap((user, n) =>
      [9 * 60 + 15 * (n % 8), 14 * 60 + 30 * (n % 4)].map((minute) => ({
        method: 'POST',
        url: `/users/${user}/events`,
        body: { subject: 'Meeting', start: at(minute), end: at(minute + 30), recurrence },
      })),
    ),
  );
}

async function subscribe(porchlight: Porchlight): Promise<void> {
  for (const [n, app] of APPS.entries()) {
    const ids = USERS.slice(50 * n, 50 * n + 50).map((id) => `'${id}'`);
    const lifetimeMs = n % 5 === 3 ? 12 * HOUR_MS : 30 * HOUR_MS;
    const { status, text } = await porchlight.as({ app }).post('/v1.0/subscriptions', {
      changeType: 'updated',
      notificationUrl: `https://receiver.example/${n}`,
      lifecycleNotificationUrl: `https://receiver.example/${n}`,
      resource: `/communications/presences?$filter=id in (${ids.join(',')})`,
      expirationDateTime: new Date(MIDNIGHT + lifetimeMs).toISOString(),
    });
    if (status !== 201) throw new Error(text);
  }
}

/** Who says at the beginning of a hundredth of the day that they are there, or in a call. */
export function said(step: number): readonly { userId: string; state: Pair }[] {
  const hour = (24 * step) / 100;
  if (hour < 8 || hour >= 18) return [];
  return USERS.filter((_, n) => n % 10 === step % 10).map((userId, n) => ({
    userId,
    state: n % 3 === 0 ? pair('Busy', 'InACall') : AVAILABLE,
  }));
}

/** What is said in a hundredth of the day, over HTTP; twenty at a time, and receivers hear of them before the next. */
export async function sayOverHttp(porchlight: Porchlight, step: number): Promise<void> {
  await batches(
    porchlight,
    said(step).map(({ userId, state }) => ({
      method: 'POST',
      url: `/users/${userId}/presence/setPresence`,
      body: session(pairName(state), 'PT1H', CALL),
    })),
  );
}

/** The same in process. */
export async function sayInProcess({ server }: Porchlight, step: number): Promise<void> {
  const all = said(step);
  for (let at = 0; at < all.length; at += AT_ONCE) {
    await Promise.all(
      all.slice(at, at + AT_ONCE).map(({ userId, state }) =>
        server.presence.execute(
          { tenantId: TENANT, userId },
          {
            ...{ kind: 'setPresence', appId: APP, sessionId: CALL, lifetimeMs: HOUR_MS },
            pair: state,
          },
        ),
      ),
    );
    await server.settled();
  }
}

/** Graph's limit for a batch. */
const AT_ONCE = 20;

/** One for the whole day: to sign one takes longer than what is asked with it. */
const tokens = new WeakMap<Porchlight, Promise<string>>();

/** Of somebody who may do everything, the clock's steward among it. */
export function tokenOf(porchlight: Porchlight): Promise<string> {
  const known = tokens.get(porchlight);
  if (known !== undefined) return known;
  const permissions = ['Presence.ReadWrite.All', 'Calendars.ReadWrite', 'Porchlight.Manage.All'];
  const token = porchlight.token({ permissions, claims: { exp: MIDNIGHT / 1000 + 2 * 86_400 } });
  tokens.set(porchlight, token);
  return token;
}

async function batches(
  porchlight: Porchlight,
  parts: readonly { method: string; url: string; body: object }[],
): Promise<void> {
  const token = await tokenOf(porchlight);
  for (let at = 0; at < parts.length; at += AT_ONCE) {
    const requests = parts.slice(at, at + AT_ONCE).map((part, id) => ({
      id: String(id),
      ...part,
      headers: { 'content-type': 'application/json' },
    }));
    const answer = await porchlight.send('POST', '/v1.0/$batch', { token, body: { requests } });
    const { responses } = answer.body as { responses: { status: number }[] };
    const refused = responses.find(({ status }) => status >= 300);
    if (refused !== undefined) throw new Error(JSON.stringify(refused));
    await porchlight.server.settled();
  }
}
