import { READ_MAILBOX_SETTINGS } from '../../../auth/permissions.ts';
import { SETTINGS_PROPERTIES, settingsJson } from '../../../mailbox/settings/settings-json.ts';
import { json, type Route } from '../../route.ts';
import { selected } from '../select.ts';
import type { Services } from '../services.ts';
import { settingsContext, settingsOfCall, settingsPaths } from './settings-call.ts';
import { settingsSchema } from './settings-schema.ts';

/** Source: Graph, "Get user mailbox settings". */
export function getMailboxSettings(services: Services): Route {
  return {
    operation: 'getMailboxSettings',
    summary: "Get a user's mailbox settings",
    method: 'GET',
    paths: settingsPaths(),
    access: READ_MAILBOX_SETTINGS,
    query: { $select: 'Properties, separated by commas.' },
    result: settingsSchema,
    async handle(call) {
      const properties = selected(call.query, SETTINGS_PROPERTIES, 'mailboxSettings');
      const settings = await settingsOfCall(services, call);
      const context = { '@odata.context': settingsContext(call) };
      return json(JSON.stringify({ ...context, ...settingsJson(settings, properties) }));
    },
  };
}
