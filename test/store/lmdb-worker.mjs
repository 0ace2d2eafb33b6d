// One of several processes that share the store of a folder, which the parent holds: takes commands on
// users as told, says what was kept, and reads what it is asked for. Runs the built program: this Node may
// not run TypeScript.

import { advance } from '../../dist/engine/advance.js';
import { openSharedLmdbStore } from '../../dist/store/lmdb/open-shared.js';

const [path, holder, self] = process.argv.slice(2);
const say = (what) => new Promise((resolve) => process.send(what, resolve));

const line = {
  self,
  holder,
  hint: (what) => void say({ hint: what }),
  onHint() {},
  ask: () => Promise.reject(new Error('there is no desk here')),
};
const store = await openSharedLmdbStore({ path, line });

/** Updates users in turn, `atOnce` at a time, without end; says each that was kept. */
async function write({ users, atOnce }) {
  const lane = async (which) => {
    for (let at = which; ; at += atOnce) {
      const user = users[at % users.length];
      const content = `${self} ${at}`;
      const command = { kind: 'setStatusMessage', appId: user.userId, content, expiry: null };
      const step = (record) =>
        advance(record, at, { ...command, expiresAtMs: Number.POSITIVE_INFINITY });
      await store.update(user, at, step);
      await say({ kept: content });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, which) => lane(which)));
}

/** Updates a user `times` times, and reads it after each: is what was kept seen? */
async function count({ user, times }) {
  for (let at = 0; at < times; at++) {
    const content = `${self} ${at}`;
    const command = { kind: 'setStatusMessage', appId: user.userId, content, expiry: null };
    const { record } = await store.update(user, at, (before) =>
      advance(before, at, { ...command, expiresAtMs: Number.POSITIVE_INFINITY }),
    );
    const [read] = await store.read(user.tenantId, [user.userId]);
    if (read.number < record.number) return say({ fault: 'an old state was read' });
  }
  return say({ done: true });
}

process.on('message', async (order) => {
  if (order.write) await write(order.write);
  if (order.count) await count(order.count);
  if (order.read) {
    const [record] = await store.read(order.read.tenantId, [order.read.userId]);
    await say({ content: record?.presence.statusMessage?.content });
  }
  if (order.close) {
    await store.close();
    process.disconnect();
  }
});
await say({ opened: true });
