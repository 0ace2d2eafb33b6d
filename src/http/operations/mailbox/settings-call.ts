import { userNotFound } from '../../../graph/error.ts';
import { type MailboxSettings, readSaid, settingsOf } from '../../../mailbox/settings/settings.ts';
import type { Call } from '../../route.ts';
import type { Services } from '../services.ts';

/** Where settings are, or one of them. */
export function settingsPaths(suffix = ''): string[] {
  return [`/me/mailboxSettings${suffix}`, `/users/:user/mailboxSettings${suffix}`];
}

export function settingsContext({ origin, version, userId }: Call, suffix = ''): string {
  return `${origin}/${version}/$metadata#users('${userId}')/mailboxSettings${suffix}`;
}

/**
 * The settings of the user of the call: those of a user who never said anything are as by default.
 * @throws GraphError 404 for a user that the tenant doesn't know
 */
export async function settingsOfCall(
  { presence, mailboxes }: Services,
  { caller, userId }: Call,
): Promise<MailboxSettings> {
  const { tenantId } = caller;
  const [documents, [record]] = await Promise.all([
    mailboxes.read({ tenantId, userId }),
    presence.read(caller, [userId]),
  ]);
  // Whoever holds a token of the tenant's exists, also before the first word about them.
  if (record === undefined && caller.userId !== userId) throw userNotFound(userId);
  return settingsOf(readSaid(documents));
}
