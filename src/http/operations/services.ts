import type { Clock } from '../../clock.ts';
import type { PresenceCommand } from '../../engine/command.ts';
import { pairName } from '../../engine/pair.ts';
import type { Decision } from '../../engine/presence.ts';
import { GraphError, userNotFound } from '../../graph/error.ts';
import type { Calendars } from '../../mailbox/events/calendars.ts';
import type { Mailboxes } from '../../mailbox/mailboxes.ts';
import type { Outcome, PresenceService } from '../../presence/service.ts';
import type { SubscriptionService } from '../../subscriptions/service.ts';
import { type Call, DONE, type Reply } from '../route.ts';

/** What operations work with. */
export interface Services {
  readonly presence: PresenceService;
  readonly subscriptions: SubscriptionService;
  readonly mailboxes: Mailboxes;
  readonly clock: Clock;
  readonly calendars: Calendars;
}

/** Carries out a command about the user of the call. */
export function carryOut(
  { presence }: Services,
  { caller, userId }: Call,
  command: PresenceCommand,
): Promise<Outcome> {
  return presence.execute({ tenantId: caller.tenantId, userId }, command);
}

/** Carries out a command about the user of the call, and answers as Graph's actions do. */
export async function command(
  services: Services,
  call: Call,
  what: PresenceCommand,
): Promise<Reply> {
  return answer(await carryOut(services, call, what), call);
}

/** @throws GraphError when the command was refused. */
export function answer(outcome: Outcome, call: Call): Reply {
  if (outcome.done) {
    return outcome.overshadowedBy === undefined ? DONE : withoutEffect(outcome.overshadowedBy);
  }
  switch (outcome.refusal) {
    case 'user not found':
      throw userNotFound(call.userId);
    case 'session not found':
      throw new GraphError(404, 'NotFound', 'This application has no such presence session.');
    case 'too many sessions':
      throw new GraphError(409, 'Conflict', 'The user has as many presence sessions as fit.');
  }
}

/** Rule 12: a set that shows nothing says why. */
function withoutEffect(decision: Decision): Reply {
  return { status: 200, headers: { 'porchlight-effect': `none; by="${reason(decision)}"` } };
}

function reason(decision: Decision): string {
  switch (decision.by) {
    case 'preferred':
      return `preferred ${pairName(decision.pair)} until ${new Date(decision.untilMs).toISOString()}`;
    case 'calendar':
      return `calendar ${pairName(decision.pair)} until ${new Date(decision.untilMs).toISOString()}`;
    case 'session':
      return `session ${pairName(decision.pair)}`;
    case 'no session':
      return 'no session';
  }
}
