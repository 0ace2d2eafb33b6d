import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { PRESENCE_PROPERTIES } from '../../src/graph/presence-json.ts';
import { createFeedTails } from '../../src/presence/feed-tails.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { FEED_START, type PresenceStore } from '../../src/store/store.ts';
import { createHub } from '../../src/stream/hub.ts';
import { startPorchlight, TENANT, USER } from '../wire/porchlight.ts';
import { presenceIn, presencesIn, say, watch } from '../wire/watching.ts';

const said = (presence: { statusMessage: { message: { content: string } } | null } | undefined) =>
  presence?.statusMessage?.message.content;

test('a change that the snapshot shows already is not told again, and the next one is', async () => {
  const store = openMemoryStore();
  let beforeRead = async () => {};
  const busy: PresenceStore = {
    ...store,
    async read(tenantId, userIds) {
      await beforeRead();
      return store.read(tenantId, userIds);
    },
  };
  const porchlight = await startPorchlight({ parts: { store: busy } });
  await say(porchlight, USER, 'before');
  // Committed after the place of the snapshot was taken, and before its presences are read.
  beforeRead = async () => {
    beforeRead = async () => {};
    await say(porchlight, USER, 'in between');
  };
  const stream = await watch(porchlight, `?ids=${USER}`);
  expect(said(presencesIn(await stream.next())[0])).toBe('in between');
  await say(porchlight, USER, 'after');
  expect(said(presenceIn(await stream.next()))).toBe('after');
  await porchlight.close();
});

test('a client that is ahead of the server’s own reading is told nothing twice', async () => {
  const store = openMemoryStore();
  let held = Promise.resolve();
  const slow: PresenceStore = {
    ...store,
    async feed(partition, after, limit) {
      const page = await store.feed(partition, after, limit);
      await held;
      return page;
    },
  };
  const porchlight = await startPorchlight({ parts: { store: slow } });
  let release = () => {};
  held = new Promise((resolve) => {
    release = resolve;
  });
  await say(porchlight, USER, 'told already');
  const { end } = await store.feedBounds(0);
  const stream = await watch(porchlight, `?ids=${USER}`, { lastEventId: end });
  await stream.until(({ text }) => text.includes('retry'));
  release();
  await say(porchlight, USER, 'next');
  expect(said(presenceIn(await stream.next()))).toBe('next');
  await porchlight.close();
});

test('a stream whose feed cannot be read is ended, and the log says why', async () => {
  const store = openMemoryStore();
  let isBroken = false;
  const broken: PresenceStore = {
    ...store,
    async feed(partition, after, limit) {
      if (isBroken) throw new Error('the disk is gone');
      return store.feed(partition, after, limit);
    },
  };
  const porchlight = await startPorchlight({ parts: { store: broken } });
  const live = await watch(porchlight, `?ids=${USER}`);
  presencesIn(await live.next());
  await say(porchlight, USER, 'one');
  const { id } = await live.next();
  await say(porchlight, USER, 'two');
  await live.next();
  isBroken = true;
  const stream = await watch(porchlight, `?ids=${USER}`, { lastEventId: id });
  const { event, data } = await stream.next();
  expect([event, JSON.parse(data)]).toEqual(['end', expect.objectContaining({ reason: 'fault' })]);
  await stream.closed();
  expect(porchlight.logged.join()).toContain('the disk is gone');
  await porchlight.close();
});

test('a client that hangs up leaves nothing behind, at whatever point it does', async () => {
  const store = openMemoryStore();
  const clock = new ManualClock(0);
  const onError = (error: unknown) => {
    throw error;
  };
  const tails = createFeedTails({ store, steadyClock: clock, onError });
  const hub = createHub({ store, tails, clock, steadyClock: clock, onError });
  let left = 0;
  let allLeft = () => {};
  const server = createServer((_, response) => {
    response.writeHead(200);
    const watch = {
      tenantId: TENANT,
      users: [USER],
      viewerId: null,
      sees: () => true,
      selected: PRESENCE_PROPERTIES,
      expiresMs: 1,
    };
    hub.open(response, watch, { text: 'begin', after: [FEED_START] }, () => {
      left++;
      if (left === 10) allLeft();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const gone = new Promise<void>((resolve) => {
    allLeft = resolve;
  });
  for (let count = 0; count < 10; count++) {
    const sent = request({ port, host: '127.0.0.1', agent: false });
    sent.on('error', () => {});
    sent.end();
    await new Promise<void>((resolve) => sent.once('response', () => resolve()));
    expect(hub.size).toBeGreaterThan(0);
    // Half of them after the server has ended the stream.
    if (count % 2 === 0) clock.advance(1);
    sent.destroy();
  }
  await gone;
  expect(hub.size).toBe(0);
  hub.close();
  await tails.stop();
  server.close();
});
