import { ResponseType } from '@microsoft/microsoft-graph-client';
import { clientWith } from './client-with.mjs';
import { delegatedToken, report, task } from './task.mjs';

const { user, colleague } = task;

const client = clientWith(() =>
  delegatedToken(task.userName, ['User.ReadWrite', 'User.ReadBasic.All']),
);
const base64 = (bytes) => Buffer.from(bytes).toString('base64');
const photo = (who) =>
  client.api(`${who}/photo/$value`).responseType(ResponseType.ARRAYBUFFER).get().then(base64);
const seen = {};

seen.me = await client.api('/me').get();
seen.colleague = await client.api(`/users/${colleague}`).select(['id', 'displayName']).get();

const filtered = await client
  .api('/users')
  .filter("startswith(displayName,'a') or startswith(userPrincipalName,'chidi')")
  .select('displayName')
  .orderby('displayName')
  .header('ConsistencyLevel', 'eventual')
  .count(true)
  .get();
seen.filtered = filtered.value;

const searched = await client
  .api('/users')
  .search('"displayName:oka"')
  .header('ConsistencyLevel', 'eventual')
  .count(true)
  .get();
seen.searched = { count: searched['@odata.count'], ids: searched.value.map(({ id }) => id) };

seen.pages = [];
let page = await client.api('/users').top(4).select('id').get();
for (;;) {
  seen.pages.push(page.value.length);
  const next = page['@odata.nextLink'];
  if (next === undefined) break;
  page = await client.api(next).get();
}

seen.photo = await photo(`/users/${colleague}`);
seen.photoKind = await client.api(`/users/${colleague}/photo`).get();
await client
  .api('/me/photo/$value')
  .header('content-type', 'image/png')
  .put(Buffer.from(seen.photo, 'base64'));
seen.ownPhoto = await photo('/me');
await client.api('/me/photo/$value').delete();
seen.nobody = await client
  .api('/users/nobody@contoso.example')
  .get()
  .catch(({ statusCode, code }) => ({ status: statusCode, code }));
seen.user = user;

report(seen);
