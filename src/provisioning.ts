import type { Logger } from 'pino';
import type { TokenVerifier } from './auth/verifier.ts';
import type { Clock } from './clock.ts';
import { createDepartures, type Erase } from './directory/departures.ts';
import type { ServedDirectory } from './directory/directory.ts';
import type { ReportFault } from './http/answer.ts';
import type { Mount } from './http/handler.ts';
import type { Randomness } from './random.ts';
import type { ProvisioningSecret } from './scim/access.ts';
import { isScimAddress } from './scim/api.ts';
import { openScim } from './scim/open.ts';
import type { Shifts } from './shifts.ts';
import type { PresenceStore } from './store/store.ts';

export interface ProvisioningParts {
  readonly store: PresenceStore;
  readonly clock: Clock;
  readonly steadyClock: Clock;
  readonly randomness: Randomness;
  readonly directory: ServedDirectory;
  readonly shifts: Pick<Shifts, 'lease'>;
  readonly verifier: TokenVerifier;
  readonly secrets: readonly ProvisioningSecret[];
  /** Resolves when those who may be told have been told of all changes that were committed. */
  readonly told: () => Promise<void>;
  /** What ends with somebody's being active, beside their presence, in this order. */
  readonly rights: readonly Erase[];
  /** What is theirs, and is forgotten with them, in this order. */
  readonly belongings: readonly Erase[];
  /** Brings back what follows for presence from the belongings of somebody who is active again. */
  readonly restore?: Erase;
  readonly publicOrigin: string | undefined;
  readonly trustProxy: boolean;
  readonly report: ReportFault;
  readonly log: Logger;
}

/** Those who say from outside who is known here, and what becomes of whom they deactivate and delete. */
export interface Provisioning {
  readonly mounts: readonly Mount[];
  /** From now on sees to those who go. */
  start(): void;
  stop(): Promise<void>;
}

/** Nothing where nobody provisions. */
export function openProvisioning(parts: ProvisioningParts): Provisioning {
  const { store, directory, shifts, log } = parts;
  const { ledger, groups } = directory;
  if (ledger === undefined || groups === undefined) {
    return { mounts: [], start() {}, async stop() {} };
  }
  const departures = createDepartures({
    ...parts,
    ledger,
    isOurTurn: (user) => shifts.lease(store.partitionOf(user)) !== undefined,
    onError: (error) => log.error({ err: error }, 'seeing to a user who goes failed'),
  });
  const listener = openScim({
    ...parts,
    ledger,
    groups,
    departures,
    randomUUID: parts.randomness.uuid,
    onDelayed: (error) => log.warn({ err: error }, 'what a user leaves is seen to later'),
  });
  return {
    mounts: [{ matches: isScimAddress, listener }],
    start: departures.start,
    stop: departures.stop,
  };
}
