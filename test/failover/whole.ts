import { PRIMARY_NAME, type SentinelGroup } from '../redis-sentinels.ts';
import type { RedisServer } from '../redis-server.ts';
import { until } from '../until.ts';

/** How long a group may take to be whole again on a busy machine. */
const PATIENCE_MS = 45_000;

/**
 * Has all servers follow the primary that the sentinels agree on; resolves when they do and have what it has, and the
 * sentinels are content. Sentinels see to that as well, but only eight seconds after a server came back.
 */
export async function whole(group: SentinelGroup): Promise<void> {
  let last = '';
  await until(async () => {
    const views = await Promise.all(group.sentinels.map(({ raw }) => viewOf(raw)));
    last = JSON.stringify(views);
    const primary = group.servers.find(({ port }) => port === views[0]?.port);
    if (primary === undefined || !views.every((view) => isCalm(view, primary))) return false;
    const others = group.servers.filter((server) => server !== primary);
    await Promise.all(others.map((server) => follow(server, primary)));
    const info = await primary.raw.info('replication');
    const following = info.split(/state=online,offset=\d+,lag=[01]\b/).length - 1;
    last += info;
    const known = views.every(
      ({ replicas }) =>
        replicas.length === others.length && replicas.every((each) => each === 'slave'),
    );
    return following === others.length && known;
  }, PATIENCE_MS).catch((cause) => {
    throw new Error(`the group isn't whole again: ${last}`, { cause });
  });
}

async function follow(server: RedisServer, primary: RedisServer): Promise<void> {
  const [role, , port] = await server.raw.role();
  if (role === 'slave' && port === primary.port) return;
  await server.raw.replicaof('127.0.0.1', primary.port);
}

/** What a sentinel says of the primary and its replicas. */
interface View {
  readonly port: number;
  readonly flags: string | undefined;
  readonly replicas: readonly (string | undefined)[];
}

/** It is the primary, and nobody is about to replace it. */
function isCalm({ port, flags }: View, primary: RedisServer): boolean {
  return port === primary.port && flags === 'master';
}

async function viewOf(raw: RedisServer['raw']): Promise<View> {
  const own = fieldsOf((await raw.call('SENTINEL', 'MASTER', PRIMARY_NAME)) as string[]);
  const replicas = (await raw.call('SENTINEL', 'REPLICAS', PRIMARY_NAME)) as string[][];
  return {
    port: Number(own.get('port')),
    flags: own.get('flags'),
    replicas: replicas.map((each) => fieldsOf(each).get('flags')),
  };
}

function fieldsOf(reply: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < reply.length; at += 2) fields.set(reply[at] ?? '', reply[at + 1] ?? '');
  return fields;
}
