import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeEncryptionCertificate } from '../../src/auth/dev-certificates/encryption-certificate.ts';
import { CERTIFICATE_ID, subscribe } from '../delivery/subscribing.ts';
import { decrypt, type EncryptedContent } from '../notifications/encrypted.ts';
import { type DevServer, startPorchlightDev, tokenOf } from '../program.ts';
import { openReceiver, type Receiver } from '../subscriptions/receiver.ts';
import { until } from '../until.ts';
import { APP } from './graph.ts';
import {
  Connection,
  childrenOf,
  configFor,
  hasConnectionAt,
  startServeTogether,
} from './workers.ts';

const WORKERS = 2;

/** How long a change may take to be notified after the worker that did so was killed. */
const HANDOVER_MS = 3000;

const USERS = [1, 2, 3, 4].map((user) => `0000000b-0000-4000-8000-00000000000${user}`);

/** Each another one than the one before. */
const PAIRS = [
  'Busy/InACall',
  'Available/Available',
  'Busy/InAConferenceCall',
  'Away/Away',
  'DoNotDisturb/Presenting',
];

const encryption = makeEncryptionCertificate(Date.now());

/** An item of a notification. */
interface Item {
  readonly id: string;
  readonly subscriptionId: string;
  readonly encryptedContent?: EncryptedContent;
}

interface Told {
  readonly id: string;
  readonly userId: string;
  readonly pair: string;
}

describe('workers with a subscription', () => {
  let issuer: DevServer;
  let token: string;
  let receiver: Receiver;
  let server: Awaited<ReturnType<typeof startServeTogether>>;
  let subscription: string;

  beforeAll(async () => {
    issuer = await startPorchlightDev();
    token = await tokenOf(issuer);
  });
  afterAll(() => issuer?.stop());

  beforeEach(async () => {
    receiver = await openReceiver();
    const config = configFor(issuer, { webhooks: { allow: [receiver.origin] } });
    server = await startServeTogether(config, WORKERS);
    const subscriber = { origin: receiver.origin, token, encryption };
    const users = USERS.map((user) => `'${user}'`).join(',');
    const wish = {
      path: '/notifications',
      resource: `communications/presences?$filter=id in (${users})`,
      scope: USERS,
      delivery: 'each',
      isRich: true,
    } as const;
    subscription = await subscribe(server.origin, subscriber, wish, Date.now());
  });
  afterEach(async () => {
    await server?.kill();
    await receiver?.close();
  });

  /** What the subscription was told, in the order of arrival. */
  function told(): Told[] {
    const notifications = receiver.received.filter(({ query }) => query === '');
    const items = notifications.flatMap(
      ({ body }) => (JSON.parse(body) as { readonly value: readonly Item[] }).value,
    );
    const ours = items.filter(({ subscriptionId }) => subscriptionId === subscription);
    return ours.map(({ id, encryptedContent }) => {
      if (encryptedContent === undefined) throw new Error('resource data is missing');
      const holder = { certificateId: CERTIFICATE_ID, privateKey: encryption.privateKeyPem };
      const presence = decrypt(encryptedContent, holder) as Readonly<Record<string, string>>;
      const { id: userId = '', availability, activity } = presence;
      return { id, userId, pair: `${availability}/${activity}` };
    });
  }

  /** Over a connection of its own, so that it may be any worker that takes it. */
  async function set(user: string, pair: string): Promise<void> {
    const connection = new Connection(server.origin, token);
    const [availability, activity] = pair.split('/');
    const body = { sessionId: APP, availability, activity, expirationDuration: 'PT1H' };
    const path = `/v1.0/users/${user}/presence/setPresence`;
    try {
      expect(await connection.call('POST', path, body)).toMatchObject({ status: 200 });
    } finally {
      connection.close();
    }
  }

  /** Whether connections go to as many workers as there should be. */
  async function allServe(): Promise<boolean> {
    const connections = Array.from(
      { length: 2 * WORKERS },
      () => new Connection(server.origin, token),
    );
    try {
      await Promise.all(connections.map((each) => each.call('GET', '/healthz')));
      const { port } = new URL(server.origin);
      const serving = childrenOf(server).filter((pid) => hasConnectionAt(pid, Number(port)));
      return serving.length === WORKERS;
    } finally {
      for (const each of connections) each.close();
    }
  }

  test('tell it of each change once, those of a user in their order, whichever of them took it', async () => {
    await Promise.all(
      USERS.map(async (user) => {
        for (const pair of PAIRS) await set(user, pair);
      }),
    );
    await until(() => told().length >= USERS.length * PAIRS.length);
    // Whatever one of them still had to tell has come once they have ended.
    expect(await server.stop()).toMatchObject({ code: 0, stderr: '' });
    const all = told();
    for (const user of USERS) {
      const pairs = all.filter(({ userId }) => userId === user).map(({ pair }) => pair);
      expect(pairs, user).toEqual(PAIRS);
    }
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  test('go on telling it within 3 s when one of them is killed, whichever that is', async () => {
    const [user = ''] = USERS;
    const workers = childrenOf(server);
    expect(workers).toHaveLength(WORKERS);
    await set(user, 'Available/Available');
    await until(() => told().length > 0);
    for (const [at, victim] of workers.entries()) {
      process.kill(victim, 'SIGKILL');
      const killedMs = performance.now();
      const pair = PAIRS[at + 2] ?? '';
      // Before that the primary may hand it a connection, which then hangs.
      await server.line(new RegExp(`"worker":${victim},"how":"SIGKILL"`));
      await set(user, pair);
      await until(() => told().some((each) => each.pair === pair));
      expect(performance.now() - killedMs).toBeLessThan(HANDOVER_MS);
      await until(() => allServe());
    }
    expect(await server.stop()).toMatchObject({ code: 0 });
  });
});
