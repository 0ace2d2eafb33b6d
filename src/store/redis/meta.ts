import { StoreUnusable } from '../errors.ts';
import { MEMBERS, META, partitionKeys } from './keys.ts';
import { isRefusal, type Link } from './link.ts';
import { integer, list, pairs } from './reply.ts';
import { CREATE, UPGRADED } from './script.ts';

/** What this version reads and writes. Grows with each change that an older version must not touch. */
const SCHEMA = 2;

const PARTITIONS = 16;

/** More would only make more work; a cluster has 16,384 slots to put them in. */
const MAX_PARTITIONS = 4096;

export interface Meta {
  readonly partitions: number;
  /** Whether the store was made just now. */
  readonly isNew: boolean;
  /** Whether an earlier Porchlight made it, and may still take it for one of its own. */
  readonly isOld: boolean;
}

/** Says that the store has all that one of this version has. @throws StoreUnavailable */
export async function markUpgraded(link: Link): Promise<void> {
  await link.run(UPGRADED, [META], [SCHEMA]);
}

/**
 * Makes the store if there is none, with `partitions` if they are given, and checks that it is one we know.
 * In a cluster only what lies with partition 0 can be looked at in one step, so that tells whether there is a
 * store.
 * @throws StoreUnusable StoreDamaged, StoreNewer, and StoreInUse for one of another number of partitions
 */
export async function openMeta(link: Link, partitions?: number): Promise<Meta> {
  if (partitions !== undefined && !isCount(partitions)) {
    throw new TypeError(`partitions must be 1 to ${MAX_PARTITIONS}, not ${partitions}`);
  }
  const { isNew, meta } = await createOrRead(link, partitions ?? PARTITIONS);
  const schema = Number(meta.get('schema'));
  if (meta.get('format') !== 'porchlight' || !Number.isInteger(schema)) throw notOurs(link.name);
  if (schema > SCHEMA) {
    throw new StoreUnusable(
      'StoreNewer',
      link.name,
      `it is of version ${schema}; this Porchlight knows versions up to ${SCHEMA}`,
    );
  }
  const found = Number(meta.get('partitions'));
  if (!isCount(found)) throw notOurs(link.name);
  if (partitions !== undefined && found !== partitions) {
    throw new StoreUnusable(
      'StoreInUse',
      link.name,
      `it was made with ${found} partitions, which can't be changed to ${partitions}; leave their number out, or start with an empty database`,
    );
  }
  return { partitions: found, isNew, isOld: schema < SCHEMA };
}

/** Meta as Redis keeps it: names and values in turn. */
export function metaFields(partitions: number): (string | number)[] {
  return ['format', 'porchlight', 'schema', SCHEMA, 'partitions', partitions];
}

interface FoundMeta {
  readonly isNew: boolean;
  readonly meta: ReadonlyMap<string, string>;
}

async function createOrRead(link: Link, partitions: number): Promise<FoundMeta> {
  const { state, feed, users, due, idle } = partitionKeys(0);
  // Without meta, one of these is what is left of a store.
  const others = [MEMBERS, state, feed, users, due, idle];
  try {
    const reply = await link.run(CREATE, [META, ...others], metaFields(partitions));
    const [isNew, meta] = list(reply);
    if (isNew === undefined) throw notOurs(link.name);
    return { isNew: integer(isNew) === 1, meta: pairs(meta) };
  } catch (error) {
    if (isRefusal(error, 'WRONGTYPE')) throw notOurs(link.name);
    throw error;
  }
}

function isCount(partitions: number): boolean {
  return Number.isInteger(partitions) && partitions >= 1 && partitions <= MAX_PARTITIONS;
}

function notOurs(name: string): StoreUnusable {
  return new StoreUnusable(
    'StoreDamaged',
    name,
    `what is under ${META} and porchlight:{0}: is no store of Porchlight`,
  );
}
