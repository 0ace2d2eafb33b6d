import Type from 'typebox';
import { READ_MAILBOX_SETTINGS } from '../../../auth/permissions.ts';
import { shortened } from '../../../graph/duration.ts';
import { GraphError } from '../../../graph/error.ts';
import { SETTINGS_PROPERTIES, settingsJson } from '../../../mailbox/settings/settings-json.ts';
import { json, type Route } from '../../route.ts';
import type { Services } from '../services.ts';
import { settingsContext, settingsOfCall, settingsPaths } from './settings-call.ts';

/** Source: Graph, "Get user mailbox settings": one of them alone. What isn't an object comes as `value`. */
export function getMailboxSetting(services: Services): Route {
  return {
    operation: 'getMailboxSetting',
    summary: "Get one of a user's mailbox settings",
    method: 'GET',
    paths: settingsPaths('/:setting'),
    access: READ_MAILBOX_SETTINGS,
    result: Type.Object({}, { description: 'The setting, or its `value`.' }),
    async handle(call) {
      const asked = call.params.setting ?? '';
      const name = SETTINGS_PROPERTIES.find((each) => each.toLowerCase() === asked.toLowerCase());
      if (name === undefined) {
        throw new GraphError(404, 'NotFound', `There is no setting '${shortened(asked)}'.`);
      }
      const { [name]: setting } = settingsJson(await settingsOfCall(services, call));
      const context = { '@odata.context': settingsContext(call, `/${name}`) };
      const members =
        typeof setting === 'object' && setting !== null ? setting : { value: setting };
      return json(JSON.stringify({ ...context, ...members }));
    },
  };
}
