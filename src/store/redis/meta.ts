import { StoreUnusable } from '../errors.ts';
import { DUE, FEED, FENCE, IDLE, META, STATE, USERS } from './keys.ts';
import { isRefusal, type Link } from './link.ts';
import { pairs } from './reply.ts';
import { CREATE } from './script.ts';

/** What this version reads and writes. Grows with each change that an older version must not touch. */
const SCHEMA = 1;

/** Fixed when the store is made: it decides under which key everything is. */
const PARTITIONS = 1;

/** Without meta, one of these is what is left of a store. */
const OTHERS = [FENCE, STATE, FEED, USERS, DUE, IDLE];

/**
 * Makes the store if there is none, and checks that it is one we know.
 * @throws StoreUnusable StoreDamaged, StoreNewer
 */
export async function openMeta(link: Link): Promise<void> {
  const found = await createOrRead(link);
  const schema = Number(found.get('schema'));
  if (found.get('format') !== 'porchlight' || !Number.isInteger(schema)) throw notOurs(link.name);
  if (schema > SCHEMA) {
    throw new StoreUnusable(
      'StoreNewer',
      link.name,
      `it is of version ${schema}; this Porchlight knows versions up to ${SCHEMA}`,
    );
  }
  if (found.get('partitions') !== String(PARTITIONS)) {
    throw new StoreUnusable(
      'StoreNewer',
      link.name,
      `it has ${found.get('partitions')} partitions; this Porchlight knows stores of ${PARTITIONS}`,
    );
  }
}

async function createOrRead(link: Link): Promise<ReadonlyMap<string, string>> {
  const meta = ['format', 'porchlight', 'schema', SCHEMA, 'partitions', PARTITIONS];
  try {
    return pairs(await link.run(CREATE, [META, ...OTHERS], meta));
  } catch (error) {
    if (isRefusal(error, 'WRONGTYPE')) throw notOurs(link.name);
    throw error;
  }
}

function notOurs(name: string): StoreUnusable {
  return new StoreUnusable(
    'StoreDamaged',
    name,
    `what is under ${META} and porchlight:{0}: is no store of Porchlight`,
  );
}
