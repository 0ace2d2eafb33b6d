import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import type { Additions } from '../graph/additions.ts';
import type { Directory } from '../presence/directory.ts';
import type { Queues } from '../queues.ts';
import { onNewest } from '../store/on-newest.ts';
import type { Courier } from './courier.ts';
import type { Guards } from './guards.ts';
import type { GatedHandshake } from './handshake-gate.ts';
import type { Ledger } from './ledger.ts';
import type { Registry } from './registry.ts';
import { parseResource } from './resource.ts';
import { checkRoom } from './room.ts';
import { type CreationRequest, creationOf } from './rules/creation.ts';
import type { RuleTerms } from './rules/fields.ts';
import type { Subscription } from './subscription.ts';

export interface AdmissionParts {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly directory: Directory;
  readonly courier: Pick<Courier, 'place'>;
  readonly handshake: GatedHandshake;
  readonly guards: Guards;
  readonly ledger: Pick<Ledger, 'add'>;
  readonly inTurn: Queues;
  readonly ruleTerms: (additions: Additions) => RuleTerms;
  /** Resolves when what was written before is in the registry. */
  readonly settled: () => Promise<void>;
  randomUUID(): string;
}

/** Takes a new subscription in. As `SubscriptionService.create`. */
export type Admission = (
  caller: Caller,
  request: CreationRequest,
  additions: Additions,
) => Promise<Subscription>;

export function createAdmission(parts: AdmissionParts): Admission {
  const { registry, clock, directory, courier, handshake } = parts;
  const { guards, ledger, inTurn, ruleTerms, settled } = parts;

  return async (caller, request, additions) => {
    const { tenantId, appId, userId } = caller;
    const creation = creationOf(request, ruleTerms(additions));
    const { resource } = request;
    const meaning = parseResource(resource, { tenantId, additions, directory });
    const wanted = { ...creation, ...meaning, tenantId, appId, userId, resource };
    // Its predecessor may have been removed on another server just now.
    await settled();
    checkRoom(registry, wanted, additions, clock.nowMs());
    await handshake(caller, creation);
    const id = parts.randomUUID();
    const app = `${tenantId}/${appId}`;
    const make = async () => {
      const guard = guards.edit(app, id);
      await settled();
      // The write may have been made, and found itself there when the store sent it again.
      const made = registry.get(id);
      if (made !== undefined) return made;
      const nowMs = clock.nowMs();
      // Another may have come meanwhile.
      checkRoom(registry, wanted, additions, nowMs);
      const subscription: Subscription = {
        ...wanted,
        id,
        createdMs: nowMs,
        renewedMs: nowMs,
        authorizedMs: nowMs,
        authorizedUntilMs: caller.expiresMs,
        reauthorizationAskedForMs: 0,
        begins: await courier.place(),
      };
      await ledger.add(subscription, guard);
      return subscription;
    };
    return inTurn(app, () => onNewest(guards.settled, make));
  };
}
