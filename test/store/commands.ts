import { randomBytes } from 'node:crypto';
import { advance } from '../../src/engine/advance.ts';
import type { PresenceCommand } from '../../src/engine/command.ts';
import { AVAILABLE, type Pair } from '../../src/engine/pair.ts';
import type { FeedEntry, PresenceStore, Step, UserKey } from '../../src/store/store.ts';
import { FEED_START } from '../../src/store/store.ts';

/** 2026-01-01T00:00:00Z: when the tests begin. */
export const START_MS = 1_767_225_600_000;
export const MINUTE_MS = 60_000;

export const APP = guid(0xa);

/** A GUID that ends in the number. */
export function guid(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

export function randomGuid(): string {
  const hex = randomBytes(16).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function user(number: number, tenant = 1): UserKey {
  return { tenantId: guid(0x1000 + tenant), userId: guid(number) };
}

export function setPresence(pair: Pair = AVAILABLE, lifetimeMs = 60 * MINUTE_MS): PresenceCommand {
  return { kind: 'setPresence', appId: APP, sessionId: APP, pair, lifetimeMs };
}

export const clearPresence: PresenceCommand = {
  kind: 'clearPresence',
  appId: APP,
  sessionId: APP,
};

export function setStatusMessage(content: string): PresenceCommand {
  const expiresAtMs = Number.POSITIVE_INFINITY;
  return { kind: 'setStatusMessage', appId: APP, content, expiresAtMs, expiry: null };
}

/** The step that takes a command, or lets time pass. */
export function stepAt(nowMs: number, command?: PresenceCommand): Step {
  return (record) => advance(record, nowMs, command);
}

/** Takes a command on the user's record, or lets time pass. */
export function tell(store: PresenceStore, who: UserKey, nowMs: number, command?: PresenceCommand) {
  return store.update(who, nowMs, stepAt(nowMs, command));
}

export async function readOne(store: PresenceStore, who: UserKey) {
  const [record] = await store.read(who.tenantId, [who.userId]);
  return record;
}

/** The whole feed, read `pageSize` at a time, without the places. */
export async function wholeFeed(
  store: PresenceStore,
  pageSize = 100,
  from = FEED_START,
): Promise<FeedEntry[]> {
  const all: FeedEntry[] = [];
  for (let cursor = from; ; ) {
    const page = await store.feed(0, cursor, pageSize);
    if (page.entries.length === 0) return all;
    for (const { tenantId, userId, change } of page.entries) {
      all.push({ tenantId, userId, change });
    }
    cursor = page.cursor;
  }
}
