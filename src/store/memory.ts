import { NEW_RECORD, type UserRecord } from '../engine/advance.ts';
import { NEVER_MS } from '../engine/facts.ts';
import { counterOf, cursorAfter } from './cursor.ts';
import { DueIndex, dueAfter } from './due-index.ts';
import { StoreUnavailable } from './errors.ts';
import { memoryDocuments } from './memory-documents.ts';
import type { FeedItem, PresenceStore, UserKey } from './store.ts';

interface Slot {
  readonly user: UserKey;
  record: UserRecord;
  armedMs: number;
}

/**
 * The reference store: everything in this process's memory, nothing on disk. For tests, simulation,
 * and a server that may forget.
 */
export function openMemoryStore(): PresenceStore {
  const slots = new Map<string, Slot>();
  const due = new DueIndex(({ user, dueMs }) => slots.get(keyOf(user))?.armedMs === dueMs);
  const listeners = new Set<() => void>();
  let feed: FeedItem[] = [];
  let forgotten = 0;
  let closed = false;

  const mustBeOpen = () => {
    if (closed) throw new StoreUnavailable('the store is closed', 1000);
  };

  return {
    async read(tenantId, userIds) {
      mustBeOpen();
      return userIds.map((userId) => slots.get(keyOf({ tenantId, userId }))?.record);
    },

    async users(tenantId, after, limit) {
      mustBeOpen();
      const all = [...slots.values()].filter(({ user }) => user.tenantId === tenantId);
      const later = all.map(({ user }) => user.userId).filter((userId) => userId > after);
      return later.sort().slice(0, limit);
    },

    async update(user, nowMs, step) {
      mustBeOpen();
      const key = keyOf(user);
      let slot = slots.get(key);
      const advanced = step(slot?.record ?? NEW_RECORD);
      if (advanced.refusal !== undefined) return advanced;
      const { record, changes } = advanced;
      if (slot === undefined) {
        if (record === NEW_RECORD) return advanced;
        slot = { user, record, armedMs: NEVER_MS };
        slots.set(key, slot);
      }
      slot.record = record;
      const armedMs = dueAfter(slot.armedMs, record.untilMs, nowMs);
      if (armedMs !== slot.armedMs) {
        slot.armedMs = armedMs;
        if (armedMs !== NEVER_MS) due.add({ user: slot.user, dueMs: armedMs });
      }
      if (changes.length > 0) {
        for (const change of changes) {
          const cursor = cursorAfter(forgotten + feed.length + 1);
          feed.push({ ...user, change, cursor });
        }
        for (const listener of listeners) queueMicrotask(listener);
      }
      return advanced;
    },

    async due(nowMs, limit) {
      mustBeOpen();
      return due.upTo(nowMs, limit).map(({ user }) => user);
    },

    async nextDueMs() {
      mustBeOpen();
      return due.earliest()?.dueMs ?? NEVER_MS;
    },

    async feed(after, limit) {
      mustBeOpen();
      const start = Math.max(counterOf(after) - forgotten, 0);
      const entries = feed.slice(start, start + limit);
      return { entries, cursor: entries.at(-1)?.cursor ?? after };
    },

    async feedBounds() {
      mustBeOpen();
      return { start: cursorAfter(forgotten), end: cursorAfter(forgotten + feed.length) };
    },

    async trimFeed(beforeMs, limit) {
      mustBeOpen();
      let count = 0;
      while (count < limit && (feed[count]?.change.atMs ?? NEVER_MS) < beforeMs) count++;
      feed = feed.slice(count);
      forgotten += count;
      return count;
    },

    onChanges(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    documents: memoryDocuments(mustBeOpen),

    health: () =>
      closed ? { writable: false, reason: 'the store is closed' } : { writable: true },

    async close() {
      closed = true;
      listeners.clear();
    },
  };
}

function keyOf({ tenantId, userId }: UserKey): string {
  return `${tenantId}/${userId}`;
}
