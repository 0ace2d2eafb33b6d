import type { UserRecord } from './advance.ts';
import type { PresenceCommand } from './command.ts';
import { type Decision, decide } from './presence.ts';

/**
 * What keeps a set from showing: the fact that decides instead of it, or undefined when it shows.
 * `record` is the record after the command. (docs/decisions/0012-effect-of-a-set.md)
 */
export function overshadowedBy(
  record: UserRecord,
  command: PresenceCommand,
  nowMs: number,
): Decision | undefined {
  if (command.kind !== 'setPresence' && command.kind !== 'setUserPreferredPresence') {
    return undefined;
  }
  const decision = decide(record.facts, nowMs);
  return decision.pair === command.pair ? undefined : decision;
}
