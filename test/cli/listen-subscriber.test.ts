import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ListenEvent } from '../../src/cli/listen/event.ts';
import { interpret } from '../../src/cli/listen/interpret.ts';
import { openReceiver, type Receiver } from '../../src/cli/listen/receiver.ts';
import { type Subscriber, subscribe } from '../../src/cli/listen/subscriber.ts';
import { localOutbound } from '../subscriptions/receiver.ts';
import {
  APP,
  MINUTE_MS,
  type Porchlight,
  START,
  startPorchlight,
  TENANT,
  USER,
} from '../wire/porchlight.ts';

/** The listener's subscription at a server whose clock tests move, and which moves the listener's too. */
describe('a listener’s subscription', () => {
  let porchlight: Porchlight;
  let receiver: Receiver;
  let subscriber: Subscriber;
  let told: ListenEvent[];
  let look: () => void;

  beforeEach(async () => {
    porchlight = await startPorchlight({ parts: { outbound: localOutbound() } });
    told = [];
    look = () => {};
    const tell = (event: ListenEvent) => {
      told.push(event);
      look();
    };
    const clientState = 'only we know';
    receiver = await openReceiver({
      port: 0,
      tell,
      onNotification(notification) {
        const event = interpret(notification, { clientState, holder: undefined, names: new Map() });
        tell(event);
        if (event.event === 'lifecycle') subscriber.attend(event);
      },
    });
    subscriber = await subscribe({
      clock: porchlight.clock,
      url: new URL(porchlight.origin),
      // Of an hour, as the dev issuer's are.
      token: () => {
        const exp = Math.floor(porchlight.clock.nowMs() / 1000) + 3600;
        return porchlight.token({ user: USER, claims: { exp } });
      },
      wish: { origin: receiver.origin, users: [USER], clientState },
      tell,
    });
  });

  afterEach(async () => {
    await subscriber.close();
    await receiver.close();
    await porchlight.close();
  });

  /** When something of that name was told so many times. */
  function count(name: ListenEvent['event'], times: number): Promise<void> {
    return new Promise((resolve) => {
      look = () => {
        if (told.filter(({ event }) => event === name).length >= times) resolve();
      };
      look();
    });
  }

  const living = () =>
    porchlight
      .as({ user: USER })
      .get('/v1.0/subscriptions')
      .then(({ body }) => {
        const { value } = body as { value: { id: string; expirationDateTime: string }[] };
        return value;
      });

  test('is renewed a quarter of an hour before it ends, again and again', async () => {
    for (const times of [1, 2, 3]) {
      porchlight.clock.advance(45 * MINUTE_MS);
      await count('renewed', times);
    }
    const [subscription] = await living();
    const endsMs = Date.parse(subscription?.expirationDateTime ?? '');
    expect(endsMs).toBe(START + (3 * 45 + 60) * MINUTE_MS);
    expect(told.some(({ event }) => event === 'lifecycle' || event === 'problem')).toBe(false);
  });

  test('is renewed a minute later where that fails', async () => {
    const { clock, store } = porchlight;
    const write = store.documents.write;
    Object.assign(store.documents, {
      write: () => Promise.reject(new Error('not now')),
    });
    clock.advance(45 * MINUTE_MS);
    await count('problem', 1);
    Object.assign(store.documents, { write });
    clock.advance(MINUTE_MS);
    await count('renewed', 1);
  });

  test('is let go once the server has removed it', async () => {
    const [{ id = '' } = {}] = await living();
    await porchlight.server.subscriptions.removeByAdmin(TENANT, id);
    await count('lifecycle', 1);
    porchlight.clock.advance(45 * MINUTE_MS);
    await subscriber.close();
    expect(told.map(({ event }) => event).filter((event) => event !== 'handshake')).toEqual([
      'subscribed',
      'lifecycle',
    ]);
  });

  test('is ended at the end, and only once', async () => {
    await subscriber.close();
    await subscriber.close();
    expect(told.filter(({ event }) => event === 'unsubscribed')).toHaveLength(1);
    expect(await living()).toEqual([]);
  });

  test('that can’t be ended is told', async () => {
    Object.assign(porchlight.store.documents, {
      write: () => Promise.reject(new Error('not now')),
    });
    await subscriber.close();
    expect(told.at(-1)).toMatchObject({ event: 'problem' });
  });

  test.each([
    ['another client state', { clientState: 'wrong' as const }],
    ['another subscription', { subscriptionId: APP }],
  ])('isn’t reauthorized for a notice with %s: anybody can post one', async (_, forged) => {
    const [{ id = '' } = {}] = await living();
    const notice = {
      event: 'lifecycle',
      subscriptionId: id,
      clientState: 'ok',
      lifecycleEvent: 'reauthorizationRequired',
    } as const;
    subscriber.attend({ ...notice, ...forged });
    await subscriber.close();
    expect(told.map(({ event }) => event)).not.toContain('reauthorized');
  });
});
