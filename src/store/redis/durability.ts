import type { Address, DurabilityMode } from './address.ts';
import type { Link } from './link.ts';
import { askInfos, askSettings, type ServerInfo } from './server-info.ts';

/** What Redis' settings and the address promise of what was confirmed. */
export interface Durability {
  /** Whether it survives a crash of the machine that Redis runs on, by what Redis writes to disk. */
  readonly isKept: boolean;
  /** The settings and what follows, a line for the log. */
  readonly text: string;
  /** Which servers have a write when it is confirmed. */
  readonly mode: DurabilityMode;
  /** How many replicas are among them. */
  readonly replicas: number;
}

/** What a server keeps by its settings. */
export type Keeping = Pick<Durability, 'isKept' | 'text'>;

/** What a server says of its replicas. */
export interface Following {
  /** HOST:PORT. */
  readonly server: string;
  /** How many replicas follow it now. */
  readonly connected: number;
  /** `min-replicas-to-write`; undefined where that isn't told. */
  readonly least: number | undefined;
  /** Of a cluster: it serves no keys while some of them are served by nobody. */
  readonly needsAll: boolean;
}

const SETTINGS = [
  'appendonly',
  'appendfsync',
  'save',
  'min-replicas-to-write',
  'cluster-require-full-coverage',
];

/** Asks every server that takes writes; where settings aren't told, what it says of its state has to do. */
export async function askDurability(link: Link, address: Address): Promise<Durability> {
  const infos = await askInfos(link);
  const settings = await askSettings(link, SETTINGS);
  const keepings: Keeping[] = [];
  const followings: Following[] = [];
  for (const [server, info] of infos) {
    const said =
      settings?.get(server) ??
      new Map([['appendonly', info.get('aof_enabled') === '1' ? 'yes' : 'no']]);
    const keeping = keepingOf(said, info);
    keepings.push(infos.size === 1 ? keeping : { ...keeping, text: `${server}: ${keeping.text}` });
    const least = said.get('min-replicas-to-write');
    const connected = Number(info.get('connected_slaves') ?? 0);
    followings.push({
      server,
      connected,
      least: least === undefined ? least : Number(least),
      needsAll: said.get('cluster-require-full-coverage') === 'yes' && link.kind === 'cluster',
    });
  }
  const { durability: mode, replicas } = address;
  // The chain is as strong as its weakest link, and that one is named.
  const weakest = keepings.find(({ isKept }) => !isKept) ?? keepings[0];
  const { isKept, text } = weakest ?? { isKept: false, text: 'no server takes writes' };
  return { isKept, text: [text, ...replicationOf(address, followings)].join('; '), mode, replicas };
}

/** What is to be said of a store whose servers have replicas, or should. */
export function replicationOf(
  { kind, durability, replicas }: Pick<Address, 'kind' | 'durability' | 'replicas'>,
  followings: readonly Following[],
): readonly string[] {
  if (kind === 'standalone' && replicas === 0) return [];
  const said =
    replicas === 0
      ? 'writes that no replica has yet are lost when one takes over'
      : `a write is confirmed when ${replicas} ${replicas === 1 ? 'replica has' : 'replicas have'} it too`;
  const parts = [`durability ${durability}: ${said}`];
  for (const { server, connected } of followings) {
    if (connected >= replicas) continue;
    parts.push(`${server} has ${connected} replicas now: writes fail until there are ${replicas}`);
  }
  const careless = followings.filter(({ least }) => least === 0).map(({ server }) => server);
  if (careless.length > 0) {
    const fate = replicas === 0 ? 'which are lost' : 'which fail, but are read until then';
    parts.push(
      `min-replicas-to-write 0 (${careless.join(', ')}): a primary that was replaced without knowing it goes on taking writes, ${fate}; set 1`,
    );
  }
  if (followings.some(({ needsAll }) => needsAll)) {
    parts.push(
      'cluster-require-full-coverage yes: while one primary is away all others refuse too; set no',
    );
  }
  return parts;
}

/** What a server's settings mean for what it confirmed. */
export function keepingOf(settings: ReadonlyMap<string, string>, info: ServerInfo): Keeping {
  const { isKept, text } = ofWrites(settings);
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  if (info.get('maxmemory') === '0' || policy === 'noeviction') return { isKept, text };
  const evicts = `maxmemory-policy ${policy}: presence may be thrown away when memory is short; set noeviction`;
  return { isKept: false, text: `${text}; ${evicts}` };
}

function ofWrites(settings: ReadonlyMap<string, string>): Keeping {
  const save = settings.get('save');
  if (settings.get('appendonly') !== 'yes') {
    if (save === '') {
      return { isKept: false, text: 'appendonly no, no snapshots: all is lost when Redis ends' };
    }
    const snapshots = save === undefined ? '' : `, save ${save}`;
    return {
      isKept: false,
      text: `appendonly no${snapshots}: acknowledged writes since the last snapshot are lost when Redis ends`,
    };
  }
  const fsync = settings.get('appendfsync');
  const head = `appendonly yes, appendfsync ${fsync ?? 'unknown'}`;
  switch (fsync) {
    case 'always':
      return { isKept: true, text: `${head}: acknowledged writes survive a crash of the machine` };
    case 'everysec':
      return {
        isKept: false,
        text: `${head}: up to a second of acknowledged writes may be lost with the machine`,
      };
    default:
      return {
        isKept: false,
        text: `${head}: acknowledged writes of half a minute and more may be lost with the machine`,
      };
  }
}
