import { NEVER_MS } from '../../engine/facts.ts';
import type { UserKey } from '../store.ts';
import { readMember } from './keys.ts';
import type { Link } from './link.ts';
import type { Partition } from './partition.ts';
import { bytes, bytesOrNone, list } from './reply.ts';

/** Users with a due entry at or before `nowMs`, earliest first, `limit` at most. */
export async function dueUntil(
  link: Link,
  { keys: { due } }: Partition,
  nowMs: number,
  limit: number,
): Promise<UserKey[]> {
  const reply = await link.ask(due, 'ZRANGEBYSCORE', [due, '-inf', nowMs, 'LIMIT', 0, limit]);
  return list(reply).map((member) => readMember(bytes(member)));
}

/** The earliest due entry, `NEVER_MS` without one. */
export async function earliestDueMs(link: Link, { keys: { due } }: Partition): Promise<number> {
  const reply = list(await link.ask(due, 'ZRANGE', [due, 0, 0, 'WITHSCORES']));
  // Depending on the protocol, the score is beside its member or in one list with it.
  const [, score] = Array.isArray(reply[0]) ? reply[0] : reply;
  if (typeof score === 'number') return score;
  const known = bytesOrNone(score);
  return known === undefined ? NEVER_MS : Number(known);
}
