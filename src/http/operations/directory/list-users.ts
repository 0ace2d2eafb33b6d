import { READ_USER } from '../../../auth/permissions.ts';
import { checkOptions, PAGE_QUERY, pageMembers, pageOf, SKIP_TOKEN } from '../../page.ts';
import { json, type Route } from '../../route.ts';
import { findUsers } from './find-users.ts';
import type { DirectoryServices } from './services.ts';
import { selectedUserProperties, userJson, usersContext, viewOf } from './user-properties.ts';
import { skipTokenAfter, USER_QUERY, userQuestion } from './user-query.ts';
import { usersSchema } from './user-schema.ts';

const OPTIONS = { ...USER_QUERY, ...PAGE_QUERY };

/** Source: Graph, "List users". */
export function listUsers({ directory }: DirectoryServices): Route {
  return {
    operation: 'listUsers',
    summary: 'List the users of the tenant',
    method: 'GET',
    paths: ['/users'],
    access: READ_USER,
    query: OPTIONS,
    result: usersSchema,
    async handle(call) {
      const { caller, query, origin, version } = call;
      checkOptions(query, Object.keys(OPTIONS));
      const view = viewOf(caller, 'many');
      const selected = selectedUserProperties(query);
      const question = userQuestion(call, view);
      const { users, count } = await findUsers(directory, caller.tenantId, question);
      const page = pageOf(users, question.most, (user) => `{${userJson(user, selected, view)}}`);
      const members = pageMembers(page, (last) => {
        const next = new URLSearchParams(query);
        next.set(SKIP_TOKEN, skipTokenAfter(last, question.order));
        // As Graph writes it: a dollar sign is fine in a query.
        return `${origin}/${version}/users?${next.toString().replaceAll('%24', '$')}`;
      });
      const counted = count === undefined ? '' : `"@odata.count":${count},`;
      const context = `${origin}/${version}/$metadata#${usersContext(selected)}`;
      return json(`{"@odata.context":"${context}",${counted}${members}}`);
    },
  };
}
