import { READ_USER } from '../../../auth/permissions.ts';
import { checkOptions } from '../../page.ts';
import { json, type Route } from '../../route.ts';
import { type DirectoryServices, knownUser, nobody } from './services.ts';
import { selectedUserProperties, userJson, usersContext, viewOf } from './user-properties.ts';
import { userSchema } from './user-schema.ts';

/** Source: Graph, "Get a user". */
export function getUser(services: DirectoryServices): Route {
  return {
    operation: 'getUser',
    summary: 'Get a user',
    method: 'GET',
    paths: ['/me', '/users/:user'],
    access: READ_USER,
    query: { $select: 'Properties, separated by commas.' },
    result: userSchema,
    nobody,
    async handle(call) {
      const { caller, userId, query, origin, version } = call;
      checkOptions(query, ['$select']);
      const selected = selectedUserProperties(query);
      const members = userJson(knownUser(services, call), selected, viewOf(caller, userId));
      const context = `${origin}/${version}/$metadata#${usersContext(selected)}/$entity`;
      return json(`{"@odata.context":"${context}",${members}}`);
    },
  };
}
