import { readGuid } from '../guid.ts';
import { readMember, userMember } from './keys.ts';
import type { Link } from './link.ts';
import type { Partition } from './partition.ts';
import { bytes, list } from './reply.ts';
import { TENANTS_FROM, USERS_AFTER } from './script.ts';

const FIRST_USER = '00000000-0000-0000-0000-000000000000';
const LAST_USER = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Users that one script looks at for their tenants. */
const LOOKED_AT = 1000;

/** Marks of ZRANGEBYLEX: from the very first, from the member on, and after it. */
const START = Buffer.from('-');
const FROM = Buffer.from('[');
const AFTER = Buffer.from('(');

/** Users of a tenant that have a record, after `after` in the order of their ids; '' to begin. */
export async function usersAfter(
  link: Link,
  partitions: readonly Partition[],
  tenantId: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const first = userMember({ tenantId, userId: after === '' ? FIRST_USER : after });
  const start = Buffer.concat([after === '' ? FROM : AFTER, first]);
  const end = Buffer.concat([FROM, userMember({ tenantId, userId: LAST_USER })]);
  // Each partition may have all of them.
  const replies = await Promise.all(
    partitions.map(({ keys }) =>
      link.run(USERS_AFTER, [keys.users], [start, end, limit, keys.record]),
    ),
  );
  const users = replies.flatMap((reply) =>
    list(reply).map((member) => readMember(bytes(member)).userId),
  );
  return users.sort().slice(0, limit);
}

/** Tenants of which some user has a record, in the order of their ids. */
export async function allTenants(link: Link, partitions: readonly Partition[]): Promise<string[]> {
  const tenants = new Set<string>();
  const look = async ({ keys: { users, record } }: Partition) => {
    for (let from: Buffer = START; from.length > 0; ) {
      const reply = list(await link.run(TENANTS_FROM, [users], [from, LOOKED_AT, record]));
      for (const tenant of list(reply[1])) tenants.add(readGuid(bytes(tenant), 0));
      from = bytes(reply[0]);
    }
  };
  await Promise.all(partitions.map(look));
  return [...tenants].sort();
}
