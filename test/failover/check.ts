import type { FeedItem } from '../../src/store/store.ts';
import { content } from '../crash/numbers.ts';
import type { History, MessageWrite, Read, SessionWrite, Write } from './history.ts';

/** What a failover did, as far as a durability mode may allow it. */
export interface Counts {
  acknowledged: number;
  /** Of those, how many are gone. */
  lost: number;
  /** Status messages that may have been kept, by what their writers were told. */
  unknownMessages: number;
  /** Of those, how many were. */
  keptMessages: number;
  refused: number;
  reads: number;
  /** Numbers that were read, or followed in the feed, and that nobody was promised: in the end they are gone. */
  seenButLost: number;
  /** Reads that didn't show what had been acknowledged before they began and is there in the end. */
  stale: number;
  /** Reads that showed a lower number than the same reader was shown before. */
  wentBack: number;
  /** Numbers of a user that were seen with two contents. */
  repeated: number;
}

export interface Findings {
  readonly counts: Counts;
  /** The acknowledged writes that are gone, for people. */
  readonly losses: readonly string[];
  /** What no mode allows, for people. */
  readonly violations: readonly string[];
}

/** Compares what is there after a failover with what was answered. */
export function check(history: History): Findings {
  const violations: string[] = [];
  const { writes, reads, followed } = history;
  const kept = keptBy(history, violations);
  const repeated = repeatedNumbers(history, violations);
  for (const feeds of followed) checkFollower(feeds, history, violations);
  checkRecords(history, violations);

  const messages = writes.filter((write) => write.kind === 'message');
  checkTexts(messages, kept, history, violations);
  const losses = writes
    .filter((write) => write.outcome === 'acknowledged' && isGone(write, kept))
    .map((write) => `user ${write.userId}: ${nameOf(write)}, acknowledged, is gone`);
  for (const session of sessionsOf(writes).values()) {
    losses.push(...lostOf(session, kept, history, violations));
  }
  const unknown = messages.filter(({ outcome }) => outcome === 'unknown');
  const seen = [
    ...reads.map(({ userId, number }) => place(userId, number)),
    ...followed.flat(2).map(({ userId, change }) => place(userId, change.number)),
  ];
  const acknowledged = writes.filter(({ outcome }) => outcome === 'acknowledged');
  const promised = new Set(acknowledged.flatMap(placesOf));
  const goneFrom = (name: string) =>
    !name.endsWith(' 0') && !kept.numbers.has(name) && !promised.has(name);
  return {
    counts: {
      acknowledged: acknowledged.length,
      lost: losses.length,
      unknownMessages: unknown.length,
      keptMessages: unknown.filter(({ text }) => kept.texts.has(text)).length,
      refused: writes.filter(({ outcome }) => outcome === 'refused').length,
      reads: reads.length,
      seenButLost: new Set(seen.filter(goneFrom)).size,
      stale: staleReads(reads, acknowledged, kept),
      wentBack: readsThatWentBack(reads),
      repeated,
    },
    losses,
    violations,
  };
}

/** What the feeds have in the end. */
interface Kept {
  /** User and number → content. */
  readonly numbers: ReadonlyMap<string, string>;
  /** Status messages that a change brought. */
  readonly texts: ReadonlySet<string>;
}

function keptBy({ feeds }: History, violations: string[]): Kept {
  const numbers = new Map<string, string>();
  const texts = new Set<string>();
  const last = new Map<string, number>();
  for (const { userId, change } of feeds.flat()) {
    const { number, before, after } = change;
    if (number <= (last.get(userId) ?? 0)) {
      violations.push(`user ${userId}: in the feed ${number} follows ${last.get(userId)}`);
    }
    last.set(userId, number);
    numbers.set(place(userId, number), content(after));
    const text = after.statusMessage?.content;
    if (text === undefined || text === before.statusMessage?.content) continue;
    if (texts.has(text)) violations.push(`user ${userId}: '${text}' was written twice`);
    texts.add(text);
  }
  return { numbers, texts };
}

/** Each number stands for one content, whoever saw it and whatever became of it. */
function repeatedNumbers(history: History, violations: string[]): number {
  const contents = new Map<string, string>();
  const repeated = new Set<string>();
  const saw = (userId: string, number: number, shown: string) => {
    const name = place(userId, number);
    const before = contents.get(name);
    if (number !== 0 && before !== undefined && before !== shown && !repeated.has(name)) {
      repeated.add(name);
      violations.push(`user ${userId}: number ${number} was ${before} and is ${shown}`);
    }
    contents.set(name, shown);
  };
  for (const { userId, changes } of history.writes) {
    for (const { number, after } of changes) saw(userId, number, content(after));
  }
  for (const { userId, number, shown } of history.reads) saw(userId, number, shown);
  for (const { userId, change } of [...history.followed.flat(2), ...history.feeds.flat()]) {
    saw(userId, change.number, content(change.after));
  }
  for (const [userId, { number, presence }] of history.records) {
    saw(userId, number, content(presence));
  }
  return repeated.size;
}

/** Who reads on from its place over the failover misses nothing of what is there in the end. */
function checkFollower(
  followed: readonly (readonly FeedItem[])[],
  { feeds }: History,
  violations: string[],
): void {
  for (const [partition, feed] of feeds.entries()) {
    let last = '';
    const given = new Set<string>();
    for (const { cursor, userId, change } of followed[partition] ?? []) {
      if (cursor <= last)
        violations.push(`partition ${partition}: place ${cursor} follows ${last}`);
      last = cursor;
      given.add(place(userId, change.number));
    }
    for (const { userId, change } of feed) {
      if (given.has(place(userId, change.number))) continue;
      violations.push(
        `partition ${partition}: a follower missed ${change.number} of user ${userId}`,
      );
    }
  }
}

/** The record is what the last change left. */
function checkRecords({ feeds, records }: History, violations: string[]): void {
  const last = new Map<string, FeedItem>();
  for (const item of feeds.flat()) last.set(item.userId, item);
  for (const [userId, { change }] of last) {
    const record = records.get(userId);
    const is = `${record?.number} ${record && content(record.presence)}`;
    const was = `${change.number} ${content(change.after)}`;
    if (is !== was) violations.push(`user ${userId}: the record is ${is}, the last change ${was}`);
  }
}

function checkTexts(
  messages: readonly MessageWrite[],
  { texts }: Kept,
  { reads }: History,
  violations: string[],
): void {
  const written = new Map(messages.map((write) => [write.text, write]));
  for (const text of texts) {
    const write = written.get(text);
    if (write === undefined) violations.push(`'${text}' was written by nobody`);
    else if (write.outcome === 'refused') violations.push(`'${text}' was refused, and kept`);
  }
  for (const { userId, shown } of reads) {
    const text: unknown = JSON.parse(shown.slice(shown.indexOf(' ') + 1));
    if (text === null || written.has(String(text))) continue;
    violations.push(`user ${userId}: '${text}' was read, and written by nobody`);
  }
}

function isGone(write: Write, { numbers }: Kept): boolean {
  return write.changes.some(
    ({ number, after }) => numbers.get(place(write.userId, number)) !== content(after),
  );
}

function sessionsOf(writes: readonly Write[]): ReadonlyMap<string, readonly SessionWrite[]> {
  const sessions = new Map<string, SessionWrite[]>();
  for (const write of writes) {
    if (write.kind !== 'session') continue;
    const name = `${write.userId} ${write.sessionId}`;
    const found = sessions.get(name);
    if (found === undefined) sessions.set(name, [write]);
    else found.push(write);
  }
  return sessions;
}

/**
 * Writes of a session that are gone: those acknowledged after the one that is there. A keep-alive changes nothing that
 * others see, so the feed doesn't show it.
 */
function lostOf(
  writes: readonly SessionWrite[],
  kept: Kept,
  { records }: History,
  violations: string[],
): string[] {
  const [first] = writes;
  if (first === undefined) return [];
  const { userId, sessionId } = first;
  const session = records.get(userId)?.facts.sessions.find((each) => each.sessionId === sessionId);
  const at = writes.findIndex(({ expiresAtMs }) => expiresAtMs === session?.expiresAtMs);
  const isStrange = session !== undefined && (at < 0 || writes[at]?.outcome === 'refused');
  if (isStrange)
    violations.push(`user ${userId}: a write of session ${sessionId} is kept that wasn't to be`);
  return writes
    .slice(at + 1)
    .filter((write) => write.outcome === 'acknowledged' && !isGone(write, kept))
    .map((write) => `user ${userId}: ${nameOf(write)}, acknowledged, is gone`);
}

function staleReads(reads: readonly Read[], acknowledged: readonly Write[], kept: Kept): number {
  const byUser = new Map<string, { readonly endedMs: number; readonly number: number }[]>();
  for (const { userId, endedMs, changes } of acknowledged) {
    const numbers = changes
      .filter(({ number }) => kept.numbers.has(place(userId, number)))
      .map(({ number }) => ({ endedMs, number }));
    byUser.set(userId, [...(byUser.get(userId) ?? []), ...numbers]);
  }
  return reads.filter(({ userId, begunMs, number }) =>
    byUser.get(userId)?.some((each) => each.endedMs < begunMs && each.number > number),
  ).length;
}

function readsThatWentBack(reads: readonly Read[]): number {
  const greatest = new Map<string, number>();
  let count = 0;
  for (const { reader, userId, number } of reads) {
    const name = `${reader} ${userId}`;
    const before = greatest.get(name) ?? 0;
    if (number < before) count++;
    else greatest.set(name, number);
  }
  return count;
}

function placesOf({ userId, changes }: Write): string[] {
  return changes.map(({ number }) => place(userId, number));
}

function place(userId: string, number: number): string {
  return `${userId} ${number}`;
}

function nameOf(write: Write): string {
  return write.kind === 'message' ? `'${write.text}'` : `a write of session ${write.sessionId}`;
}
