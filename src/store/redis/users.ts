import { RECORD, readMember, USERS, userMember } from './keys.ts';
import type { Link } from './link.ts';
import { bytes, list } from './reply.ts';
import { USERS_AFTER } from './script.ts';

const FIRST_USER = '00000000-0000-0000-0000-000000000000';
const LAST_USER = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Marks of ZRANGEBYLEX: from the member on, and after it. */
const FROM = Buffer.from('[');
const AFTER = Buffer.from('(');

/** Users of a tenant that have a record, after `after` in the order of their ids; '' to begin. */
export async function usersAfter(
  link: Link,
  tenantId: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const first = userMember({ tenantId, userId: after === '' ? FIRST_USER : after });
  const start = Buffer.concat([after === '' ? FROM : AFTER, first]);
  const end = Buffer.concat([FROM, userMember({ tenantId, userId: LAST_USER })]);
  const reply = await link.run(USERS_AFTER, [USERS], [start, end, limit, RECORD]);
  return list(reply).map((member) => readMember(bytes(member)).userId);
}
