import { callApi } from '../call-api.ts';

/** The users by their object ids, under the names that were given for them. */
export async function namesOf(
  users: readonly string[],
  url: URL,
  token: string,
): Promise<ReadonlyMap<string, string>> {
  const answer = await callApi({
    method: 'POST',
    url: new URL('/v1.0/communications/getPresencesByUserId', url),
    token,
    body: { ids: users },
  });
  const { value } = (answer ?? {}) as { readonly value?: readonly { readonly id?: unknown }[] };
  const names = new Map<string, string>();
  // The answer is in the order of the question, but for users who were named twice.
  if (value?.length !== users.length) return names;
  for (const [at, { id }] of value.entries()) {
    if (typeof id === 'string') names.set(id, users[at] ?? id);
  }
  return names;
}
