import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Inboxes, outboundTo } from '../../src/testing/inboxes.ts';
import { type Inbox, type Porchlight, startPorchlight } from '../../src/testing.ts';
import { openReceiver, trapOutbound } from '../subscriptions/receiver.ts';
import { as, set, subscribe } from './driving.ts';

let porch: Porchlight;
let inbox: Inbox;
beforeEach(async () => {
  porch = await startPorchlight({ now: '2026-11-21T09:00:00Z' });
  inbox = porch.inbox();
});
afterEach(() => porch.close());

describe('an inbox', () => {
  it('proves that it wants notifications, and keeps them with the time of the test', async () => {
    const id = await subscribe(porch, inbox);
    await set(porch, 'ada', 'Available/Available');
    await porch.advance('PT5M');
    expect(inbox.received).toMatchObject([
      { subscriptionId: id, receivedAt: new Date('2026-11-21T09:00:00Z'), clientState: 'mine' },
      { userId: porch.user('ada').id, receivedAt: new Date('2026-11-21T09:05:00Z') },
    ]);
    expect(inbox.received[0]?.body).toMatchObject({
      changeType: 'updated',
      tenantId: porch.tenant.id,
      resourceData: { '@odata.type': '#Microsoft.Graph.presence' },
    });
    expect(inbox.deliveries).toMatchObject([
      { kind: 'change', url: inbox.url, items: 1, answer: 202 },
      { kind: 'change', answer: 202 },
    ]);
  });

  it('keeps lifecycle notifications by themselves', async () => {
    await subscribe(porch, inbox, { expiresIn: 'PT20M' });
    await porch.advance('PT20M');
    const asked = await inbox.nextLifecycle();
    expect(asked.lifecycleEvent).toBe('reauthorizationRequired');
    expect(inbox.lifecycle).toContain(asked);
    expect(inbox.received).toEqual([]);
  });

  it('is the same one by its name, and another by another', async () => {
    expect(porch.inbox('inbox')).toBe(inbox);
    const other = porch.inbox('other');
    await subscribe(porch, `${other.url}/below?key=1`);
    await set(porch, 'ada', 'Busy/InACall');
    expect(await other.next()).toMatchObject({ userId: porch.user('ada').id });
    expect(other.deliveries[0]?.url).toBe(`${other.url}/below?key=1`);
    expect(inbox.received).toEqual([]);
    expect(() => porch.inbox('no name')).toThrow('is no name of an inbox');
    const nobody = subscribe(porch, 'https://inbox.porchlight.test/nobody', { by: 'emil' });
    await expect(nobody).rejects.toThrow(/HTTP status code is 'NotFound'/);
  });

  it('gives what has come, one after another, and waits for what is to come', async () => {
    await subscribe(porch, inbox);
    const waiting = inbox.next();
    await set(porch, 'ada', 'Busy/InACall');
    const first = await waiting;
    await set(porch, 'ada', 'Away/Away');
    await porch.settled();
    expect(await inbox.next()).toBe(inbox.received[1]);
    expect(first).toBe(inbox.received[0]);
    await expect(inbox.next({ timeoutMs: 5 })).rejects.toThrow(
      "inbox 'inbox' received no further change notification in 5 ms (2 in all, 2 of them given before)",
    );
    const late = inbox.next();
    inbox.clear();
    await expect(late).rejects.toThrow('emptied');
    expect(inbox.received).toEqual([]);
  });

  it.each([
    [503, 503],
    ['timeout', 'timeout'],
    ['unreachable', 'unreachable'],
  ] as const)('that fails with %s gets it again by the clock of the test', async (how, outcome) => {
    await subscribe(porch, inbox);
    inbox.fail(how, 2);
    await set(porch, 'ada', 'Busy/InACall');
    await porch.settled();
    expect(inbox.received).toEqual([]);
    const { events } = await porch.advance('PT10M');
    const outcomes = events.filter(({ kind }) => kind === 'notification');
    expect(outcomes).toMatchObject([{ outcome }, { outcome: 202 }]);
    expect(inbox.received).toHaveLength(1);
    expect(inbox.received[0]?.receivedAt.getTime()).toBeGreaterThan(
      Date.parse('2026-11-21T09:00:00Z'),
    );
  });

  it('fails until it recovers', async () => {
    await subscribe(porch, inbox);
    inbox.fail(500);
    await set(porch, 'ada', 'Busy/InACall');
    await porch.advance('PT10M');
    expect(inbox.received).toEqual([]);
    inbox.recover();
    await porch.advance('PT30M');
    expect(inbox.received).toHaveLength(1);
    expect(() => inbox.fail(199)).toThrow(RangeError);
  });

  it('answers as it is told to, also when it is asked whether it wants them', async () => {
    const asked: string[] = [];
    inbox.respond(({ kind }) => {
      asked.push(kind);
      return kind === 'validation' ? 400 : undefined;
    });
    await expect(subscribe(porch, inbox)).rejects.toThrow(/HTTP status code is 'BadRequest'/);
    inbox.respond(({ kind, body }) => {
      const { value } = (body ?? { value: [] }) as { value: object[] };
      asked.push(`${kind} ${value.length}`);
      return undefined;
    });
    await subscribe(porch, inbox);
    await set(porch, 'ada', 'Busy/InACall');
    await inbox.next();
    // Each of the two addresses is asked by itself.
    const validations = ['validation', 'validation', 'validation 0', 'validation 0'];
    expect(asked).toEqual([...validations, 'change 1']);
    inbox.respond(() => {
      throw new Error('a slip of the test');
    });
    await expect(subscribe(porch, inbox, { by: 'emil' })).rejects.toThrow(/a slip of the test/);
  });

  it('holds back as long as it asks for', async () => {
    await subscribe(porch, inbox);
    let isBusy = true;
    inbox.respond(() => (isBusy ? { status: 429, headers: { 'retry-after': '120' } } : undefined));
    await set(porch, 'ada', 'Busy/InACall');
    await porch.settled();
    expect(inbox.deliveries.map(({ answer }) => answer)).toEqual([429]);
    isBusy = false;
    await porch.advance('PT4H');
    expect(inbox.received).toHaveLength(1);
  });

  it('reads resource data that is encrypted for it', async () => {
    await subscribe(porch, inbox, {
      more: {
        includeResourceData: true,
        encryptionCertificate: inbox.encryptionCertificate,
        encryptionCertificateId: inbox.encryptionCertificateId,
      },
    });
    await set(porch, 'ada', 'Busy/InACall');
    const notification = await inbox.next();
    expect(inbox.decrypt(notification)).toMatchObject({
      id: porch.user('ada').id,
      availability: 'Busy',
      activity: 'InACall',
    });
    expect(() => inbox.decrypt({ ...notification, body: {} })).toThrow('was it asked for?');
  });

  it('is reached by nobody once the way to it was closed', async () => {
    const inboxes = new Inboxes({ nowMs: () => 0 });
    const { url, deliveries } = inboxes.open('mine');
    const outbound = outboundTo(inboxes, trapOutbound);
    const post = () =>
      outbound.send({
        method: 'POST',
        url,
        headers: {},
        body: '{"value":[]}',
        timeoutMs: 1000,
        maxReplyBytes: 1000,
      });
    expect(await post()).toMatchObject({ kind: 'answered', status: 202 });
    outbound.close();
    expect(await post()).toMatchObject({ kind: 'failed', code: 'unreachable' });
    expect(deliveries).toEqual([]);
    expect(inboxes.get('mine').deliveries).toHaveLength(1);
  });
});

it('a receiver of this machine is reached by its own address', async () => {
  const receiver = await openReceiver();
  await subscribe(porch, `${receiver.origin}/notify`);
  await set(porch, 'ada', 'Busy/InACall');
  await porch.settled();
  expect(receiver.received.map(({ path }) => path)).toEqual(['/notify', '/notify', '/notify']);
  await as(porch, { user: 'bruno' })('GET', '/subscriptions');
  await receiver.close();
});
