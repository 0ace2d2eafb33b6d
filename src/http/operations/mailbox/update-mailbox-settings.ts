import type { Static } from 'typebox';
import { WRITE_MAILBOX_SETTINGS } from '../../../auth/permissions.ts';
import { SETTINGS_ID } from '../../../mailbox/documents.ts';
import { readSaid, settingsOf, writeSaid } from '../../../mailbox/settings/settings.ts';
import { changedSettings, SETTABLE_SETTINGS } from '../../../mailbox/settings/settings-change.ts';
import { settingsJson } from '../../../mailbox/settings/settings-json.ts';
import { json, type Route } from '../../route.ts';
import type { Services } from '../services.ts';
import { settingsContext, settingsPaths } from './settings-call.ts';
import { settingsChangeSchema, settingsSchema } from './settings-schema.ts';

/** Source: Graph, "Update user mailbox settings". Answers with the settings that it named. */
export function updateMailboxSettings({ mailboxes }: Services): Route {
  return {
    operation: 'updateMailboxSettings',
    summary: "Change a user's mailbox settings, such as their automatic replies",
    method: 'PATCH',
    paths: settingsPaths(),
    access: WRITE_MAILBOX_SETTINGS,
    body: settingsChangeSchema,
    result: settingsSchema,
    async handle(call) {
      const input = call.body as Static<typeof settingsChangeSchema>;
      const { tenantId, appId } = call.caller;
      const named = SETTABLE_SETTINGS.filter((name) => input[name] !== undefined);
      let after = {};
      await mailboxes.write({ tenantId, userId: call.userId }, appId, (documents) => {
        after = changedSettings(readSaid(documents), input);
        return named.length === 0 ? [] : [{ id: SETTINGS_ID, text: writeSaid(after) }];
      });
      const context = { '@odata.context': settingsContext(call) };
      return json(JSON.stringify({ ...context, ...settingsJson(settingsOf(after), named) }));
    },
  };
}
