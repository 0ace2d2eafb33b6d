import type { Link } from './link.ts';
import { askSettings, type ServerInfo } from './server-info.ts';

/** What Redis' settings promise of what it confirmed. */
export interface Durability {
  /** Whether it survives a crash of the machine that Redis runs on. */
  readonly isKept: boolean;
  /** The settings and what follows, a line for the log. */
  readonly text: string;
}

/** Asks Redis; where it doesn't tell its settings, what it says of its state has to do. */
export async function askDurability(link: Link, info: ServerInfo): Promise<Durability> {
  const settings = await askSettings(link, ['appendonly', 'appendfsync', 'save']);
  return durabilityOf(
    settings ?? new Map([['appendonly', info.get('aof_enabled') === '1' ? 'yes' : 'no']]),
    info,
  );
}

export function durabilityOf(settings: ReadonlyMap<string, string>, info: ServerInfo): Durability {
  const { isKept, text } = ofWrites(settings);
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  if (info.get('maxmemory') === '0' || policy === 'noeviction') return { isKept, text };
  const evicts = `maxmemory-policy ${policy}: presence may be thrown away when memory is short; set noeviction`;
  return { isKept: false, text: `${text}; ${evicts}` };
}

function ofWrites(settings: ReadonlyMap<string, string>): Durability {
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
