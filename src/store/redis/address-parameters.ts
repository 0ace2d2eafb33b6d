import { StoreUnusable } from '../errors.ts';

const MOST_PARTITIONS = 4096;
const MOST_REPLICAS = 16;

/** How sure a write must be before it is answered: which servers have it. */
export type DurabilityMode = 'primary' | 'available' | 'strict';

/** What the address of a Redis says of the store there. */
export interface StoreTerms {
  readonly durability: DurabilityMode;
  /** How many replicas must have a write: by the mode 0, 1, or as many as the address says. */
  readonly replicas: number;
  /** Into how many partitions a store is divided that is made there; an existing one has its own number. */
  readonly partitions: number | undefined;
}

const PARAMETERS = {
  standalone: ['durability', 'replicas', 'partitions'],
  sentinel: ['durability', 'replicas', 'partitions', 'sentinelUser', 'sentinelPassword'],
  cluster: ['durability', 'replicas', 'partitions'],
} as const;

type AddressKind = keyof typeof PARAMETERS;

/**
 * Reads `NAME=VALUE&…`.
 * @throws StoreUnusable for a name that addresses of that kind don't know, or that comes twice
 */
export function readParameters(query: string, kind: AddressKind): ReadonlyMap<string, string> {
  const known: readonly string[] = PARAMETERS[kind];
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (!known.includes(name)) {
      throw refused(`its address knows no '${name}', but ${known.join(', ')}`);
    }
    if (parameters.has(name)) throw refused(`its address says ${name} twice`);
    parameters.set(name, value);
  }
  return parameters;
}

/** @throws StoreUnusable for values that can't be, or not together */
export function storeTermsIn(
  parameters: ReadonlyMap<string, string>,
  kind: AddressKind,
): StoreTerms {
  return {
    ...durabilityIn(parameters, kind),
    partitions: wholeNumber(parameters, 'partitions', MOST_PARTITIONS),
  };
}

function durabilityIn(
  parameters: ReadonlyMap<string, string>,
  kind: AddressKind,
): Pick<StoreTerms, 'durability' | 'replicas'> {
  const durability =
    parameters.get('durability') ?? (kind === 'standalone' ? 'primary' : 'available');
  const replicas = wholeNumber(parameters, 'replicas', MOST_REPLICAS);
  if (durability === 'strict') {
    if (replicas !== undefined) return { durability, replicas };
    throw refused(
      'durability=strict needs replicas=N in its address: how many must have each write',
    );
  }
  if (replicas !== undefined)
    throw refused('replicas=N in its address goes with durability=strict');
  if (durability === 'available') return { durability, replicas: 1 };
  if (durability === 'primary') return { durability, replicas: 0 };
  throw refused('durability in its address must be primary, available or strict');
}

function wholeNumber(
  parameters: ReadonlyMap<string, string>,
  name: string,
  most: number,
): number | undefined {
  const text = parameters.get(name);
  if (text === undefined) return undefined;
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw refused(`${name} in its address must be a whole number from 1 to ${most}`);
}

/** What to throw for an address that can't be. */
export function refused(reason: string): StoreUnusable {
  return new StoreUnusable('StoreUnreachable', 'store', reason);
}
