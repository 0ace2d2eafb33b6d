// Opens the store of a folder in a process of its own, says how that went, and then, told 'serve',
// serves until the parent says otherwise; told 'read', reads everything; told 'write', writes without
// end and says what was kept; told 'documents', does so with documents. Runs the built program: this Node may not run TypeScript.

import { advance } from '../../dist/engine/advance.js';
import { openLmdbStore } from '../../dist/store/lmdb/open.js';

const [path, then] = process.argv.slice(2);
const say = (what) => new Promise((resolve) => process.send(what, resolve));

// Ending before the parent has heard would lose what was said.
const heard = () => new Promise((resolve) => process.once('message', resolve));

async function readAll(store) {
  const { entries } = await store.feed(0, '', 100_000);
  const users = new Map(entries.map((entry) => [entry.userId, entry.tenantId]));
  for (const [userId, tenantId] of users) await store.read(tenantId, [userId]);
  await store.due(0, Number.MAX_SAFE_INTEGER, 100_000);
  return users.size;
}

async function write(store) {
  const tenantId = '00000000-0000-4000-8000-000000001001';
  const userId = '00000000-0000-4000-8000-000000000001';
  for (let at = 0; ; at++) {
    const command = { kind: 'setStatusMessage', appId: userId, content: `${at}`, expiry: null };
    const step = (record) =>
      advance(record, at, { ...command, expiresAtMs: Number.POSITIVE_INFINITY });
    await store.update({ tenantId, userId }, at, step);
    await say({ kept: at });
  }
}

const LARGE = '🏮'.repeat(25_000);

/** Each write replaces two documents, keeps a new one and forgets the one that the write before kept. */
async function writeDocuments(store, collection) {
  const found = (await store.documents.all(collection)).get('left') ?? '0 ';
  for (let at = Number(found.split(' ')[0]) + 1; ; at++) {
    const text = `${at} ${LARGE.slice(0, ((at * 7919) % LARGE.length) & ~1)}`;
    await store.documents.write([
      { collection, id: 'left', text },
      { collection, id: `new-${at}`, text: '' },
      { collection, id: `new-${at - 1}`, text: undefined },
      { collection, id: 'right', text },
    ]);
    await say({ kept: at, collection });
  }
}

try {
  const store = await openLmdbStore({ path });
  if (then === 'read') {
    const users = await readAll(store);
    await store.close();
    await say({ opened: true, users });
    await heard();
  } else {
    await say({ opened: true });
    if (then === 'write') await write(store);
    if (then === 'documents') {
      await Promise.all(['a', 'b', 'c'].map((collection) => writeDocuments(store, collection)));
    }
    await heard();
    await store.close();
  }
} catch (error) {
  await say({ opened: false, name: error.name, code: error.code, message: error.message });
  await heard();
}
process.disconnect();
