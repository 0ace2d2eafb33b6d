import { expect, test } from 'vitest';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { PresenceStore } from '../../src/store/store.ts';
import { startPorchlight, USER } from '../wire/porchlight.ts';
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
    async feed(after, limit) {
      const page = await store.feed(after, limit);
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
  const { end } = await store.feedBounds();
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
    async feed(after, limit) {
      if (isBroken) throw new Error('the disk is gone');
      return store.feed(after, limit);
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
