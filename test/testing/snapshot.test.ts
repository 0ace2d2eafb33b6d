import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Porchlight, startPorchlight } from '../../src/testing.ts';
import { openReceiver } from '../subscriptions/receiver.ts';
import { as, set, shown, subscribe } from './driving.ts';

const NOW = '2026-11-21T09:00:00Z';
const RUNS = Number(process.env.KIT_RUNS ?? 4);

let porch: Porchlight;
beforeEach(async () => {
  porch = await startPorchlight({ now: NOW });
});
afterEach(() => porch.close());

describe('a snapshot brings back', () => {
  it('presence, the clock and what is due', async () => {
    await set(porch, 'ada', 'Available/Available');
    await porch.advance('PT4M');
    const snapshot = await porch.snapshot();
    expect(snapshot.takenAt).toEqual(new Date('2026-11-21T09:04:00Z'));
    await set(porch, 'bruno', 'Busy/InACall');
    const first = await porch.advance('PT1H');
    expect(await shown(porch, 'ada')).toBe('Away/Away');

    await porch.restore(snapshot);
    expect(porch.now).toEqual(snapshot.takenAt);
    expect(await shown(porch, 'ada')).toBe('Available/Available');
    expect(await shown(porch, 'bruno')).toBe('Offline/Offline');
    const again = await porch.advance('PT1H');
    expect(first.events.length).toBeGreaterThan(1);
    expect(again).toEqual(first);
  });

  it('a clock from a later time than it shows, without waking what was due between', async () => {
    const inbox = porch.inbox();
    await porch.advance('PT8H');
    const evening = await porch.snapshot();
    await porch.reset();
    await subscribe(porch, inbox);
    await set(porch, 'ada', 'Available/Available');
    await inbox.next();
    await porch.restore(evening);
    expect(porch.now).toEqual(new Date('2026-11-21T17:00:00Z'));
    await porch.settled();
    expect(inbox.received).toEqual([]);
    expect((await porch.advance('PT8H')).events).toEqual([]);
  });

  it('subscriptions, what inboxes hold, and how they answer', async () => {
    const inbox = porch.inbox();
    const id = await subscribe(porch, inbox);
    await set(porch, 'ada', 'Busy/InACall');
    await inbox.next();
    inbox.fail(503, 1);
    const snapshot = await porch.snapshot();

    await set(porch, 'ada', 'Away/Away');
    await porch.settled();
    expect(inbox.deliveries.map(({ answer }) => answer)).toEqual([202, 503]);
    await as(porch, { user: 'bruno' })('DELETE', `/subscriptions/${id}`);
    porch.inbox('another').fail('timeout');

    await porch.restore(snapshot);
    expect(inbox.received.map(({ subscriptionId }) => subscriptionId)).toEqual([id]);
    await set(porch, 'ada', 'Away/Away');
    await porch.settled();
    expect(inbox.deliveries.map(({ answer }) => answer)).toEqual([202, 503]);
    await porch.advance('PT5M');
    expect(inbox.deliveries.at(-1)?.answer).toBe(202);
    await expect(subscribe(porch, porch.inbox('another'), { by: 'emil' })).resolves.toBeTruthy();
  });

  it('what was learnt of users from their tokens', async () => {
    const stranger = '99999999-0000-4000-8000-000000000009';
    const other = '99999999-0000-4000-8000-00000000000a';
    await as(porch, { user: stranger })('GET', '/me/presence');
    const known = async () => {
      const users = await as(porch)('GET', '/users');
      return (users as { value: { id: string }[] }).value.map(({ id }) => id);
    };
    const snapshot = await porch.snapshot();
    const before = await known();
    await as(porch, { user: other })('GET', '/me/presence');
    await porch.restore(snapshot);
    expect(await known()).toEqual(before);
  });

  it('the ids that chance will give', async () => {
    const first = await subscribe(porch, porch.inbox());
    const snapshot = await porch.snapshot();
    const second = await subscribe(porch, porch.inbox(), { by: 'emil' });
    expect(second).not.toBe(first);
    await porch.restore(snapshot);
    expect(await subscribe(porch, porch.inbox(), { by: 'emil' })).toBe(second);
    await porch.reset();
    expect(await subscribe(porch, porch.inbox())).toBe(first);
  });

  it('as often as it is asked for, and after others were taken', async () => {
    await set(porch, 'ada', 'Busy/InACall');
    const busy = await porch.snapshot();
    await set(porch, 'ada', 'Away/Away');
    const away = await porch.snapshot();
    for (const [snapshot, pair] of [
      [busy, 'Busy/InACall'],
      [away, 'Away/Away'],
      [busy, 'Busy/InACall'],
    ] as const) {
      await porch.restore(snapshot);
      expect(await shown(porch, 'ada')).toBe(pair);
      await set(porch, 'ada', 'DoNotDisturb/Presenting');
    }
  });

  it('nothing of another server', async () => {
    await using other = await startPorchlight();
    const snapshot = await other.snapshot();
    await expect(porch.restore(snapshot)).rejects.toThrow('no snapshot of this Porchlight');
  });
});

describe('a reset', () => {
  it('leaves what there was just after the start', async () => {
    const inbox = porch.inbox();
    await subscribe(porch, inbox);
    await set(porch, 'ada', 'Busy/InACall');
    await inbox.next();
    inbox.fail(500);
    await porch.advance('P1D');
    await porch.reset();
    expect(porch.now).toEqual(new Date(NOW));
    expect(await shown(porch, 'ada')).toBe('Offline/Offline');
    expect([inbox.received, inbox.deliveries]).toEqual([[], []]);
    const { value } = (await as(porch, { user: 'bruno' })('GET', '/subscriptions')) as {
      value: unknown[];
    };
    expect(value).toEqual([]);
    // Whoever has an inbox from before goes on with it.
    await subscribe(porch, inbox);
    await set(porch, 'ada', 'Away/Away');
    expect(await inbox.next()).toMatchObject({ userId: porch.user('ada').id });
  });

  it('ends streams', async () => {
    const token = await porch.token();
    const response = await fetch(
      `${porch.url}/porchlight/presences/stream?ids=${porch.user('ada').id}`,
      { headers: { authorization: `Bearer ${token}` } },
    );
    expect(response.status).toBe(200);
    await porch.reset();
    expect(await response.text()).toContain('Offline');
  });
});

describe('no notification of a time that was discarded arrives', () => {
  it('at an inbox, not even one whose repetition was due', async () => {
    const inbox = porch.inbox();
    await subscribe(porch, inbox);
    const snapshot = await porch.snapshot();
    inbox.fail(503, 3);
    await set(porch, 'ada', 'Busy/InACall');
    await porch.settled();
    expect(inbox.deliveries).toHaveLength(1);
    await porch.restore(snapshot);
    await porch.advance('PT4H');
    expect(inbox.deliveries.filter(({ kind }) => kind === 'change')).toEqual([]);
  });

  it('at an address elsewhere, whose answer is still awaited', async () => {
    const receiver = await openReceiver();
    await subscribe(porch, `${receiver.origin}/notify`);
    const snapshot = await porch.snapshot();
    const asked = receiver.received.length;
    let answer: (value: { status: number }) => void = () => {};
    receiver.behave(() => new Promise((resolve) => (answer = resolve)));
    await set(porch, 'ada', 'Busy/InACall');
    await receiver.count(asked + 1);
    const restored = porch.restore(snapshot);
    receiver.behave(() => ({ status: 202 }));
    await restored;
    answer({ status: 503 });
    await porch.advance('PT4H');
    const posts = receiver.received
      .slice(asked + 1)
      .filter(({ body }) => !body.includes('lifecycle'));
    expect(posts).toEqual([]);
    await receiver.close();
  });
});

const USERS = ['ada', 'bruno', 'chidi'];
const INBOXES = ['one', 'two'];
const PAIRS = ['Available/Available', 'Busy/InACall', 'Away/Away', 'DoNotDisturb/Presenting'];

const user = fc.constantFrom(...USERS);
const step = fc.oneof(
  fc.record({
    kind: fc.constant('set' as const),
    user,
    pair: fc.constantFrom(...PAIRS),
    expires: fc.constantFrom('PT5M', 'PT20M', 'PT4H'),
  }),
  fc.record({
    kind: fc.constant('subscribe' as const),
    user,
    inbox: fc.constantFrom(...INBOXES),
    minutes: fc.integer({ min: 10, max: 59 }),
    expiresIn: fc.constantFrom('PT10M', 'PT1H'),
    isRich: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('meet' as const),
    user,
    inMinutes: fc.integer({ min: -30, max: 90 }),
  }),
  fc.record({
    kind: fc.constant('fail' as const),
    inbox: fc.constantFrom(...INBOXES),
    how: fc.constantFrom(503, 404, 'timeout' as const),
    times: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({
    kind: fc.constant('advance' as const),
    minutes: fc.constantFrom(0, 1, 5, 7, 30, 240),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Carries out a step; what it says goes into the trace. */
async function take(each: Step): Promise<unknown> {
  switch (each.kind) {
    case 'set':
      return set(porch, each.user, each.pair, each.expires);
    case 'subscribe': {
      const inbox = porch.inbox(each.inbox);
      const options = { users: [each.user], lifetimeMs: each.minutes * 60_000 };
      const more = each.isRich && {
        includeResourceData: true,
        encryptionCertificate: inbox.encryptionCertificate,
        encryptionCertificateId: inbox.encryptionCertificateId,
      };
      // One subscription for each pair of application and user.
      return subscribe(porch, inbox, {
        ...options,
        expiresIn: each.expiresIn,
        ...(more && { more }),
      }).catch((error: Error) => error.message.replaceAll(/[0-9a-f-]{36}/g, '…').slice(0, 200));
    }
    case 'meet': {
      const at = (minutes: number) => ({
        dateTime: new Date(porch.now.getTime() + minutes * 60_000).toISOString().slice(0, 19),
        timeZone: 'UTC',
      });
      const event = { subject: 'Talk', start: at(each.inMinutes), end: at(each.inMinutes + 20) };
      const { id } = porch.user(each.user);
      return ((await as(porch)('POST', `/users/${id}/events`, event)) as { id: string }).id;
    }
    case 'fail':
      return porch.inbox(each.inbox).fail(each.how, each.times);
    case 'advance':
      return porch.advance(each.minutes * 60_000);
  }
}

/** All that a script can see, but for what encryption leaves to chance. */
async function run(steps: readonly Step[]): Promise<string> {
  const trace: unknown[] = [];
  for (const each of steps) trace.push(await take(each));
  trace.push(await porch.advance('PT5H'));
  for (const name of USERS) {
    const { id } = porch.user(name);
    trace.push(await as(porch)('GET', `/users/${id}/presence`));
  }
  trace.push(await as(porch, { user: 'bruno' })('GET', '/subscriptions'));
  for (const name of INBOXES) {
    const inbox = porch.inbox(name);
    trace.push(inbox.deliveries, inbox.lifecycle);
    for (const notification of inbox.received) {
      const { encryptedContent, ...body } = notification.body;
      trace.push({ ...notification, body }, encryptedContent && inbox.decrypt(notification));
    }
  }
  return JSON.stringify(trace, null, 1);
}

it('what is done again from a snapshot, or from the start, goes the same way byte for byte', async () => {
  const steps = (length: number) => fc.array(step, { minLength: 2, maxLength: length });
  let told = 0;
  await fc.assert(
    fc.asyncProperty(steps(8), steps(12), async (before, after) => {
      await porch.reset();
      await run(before);
      const snapshot = await porch.snapshot();
      const first = await run(after);
      await porch.restore(snapshot);
      expect(await run(after)).toBe(first);

      const fresh = await porch.reset().then(() => run(after));
      await porch.reset();
      expect(await run(after)).toBe(fresh);
      told += first.length;
    }),
    { numRuns: RUNS },
  );
  expect(told).toBeGreaterThan(1000);
});
