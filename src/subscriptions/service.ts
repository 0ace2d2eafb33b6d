import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import { GraphError } from '../graph/error.ts';
import type { Profile } from '../graph/settable.ts';
import type { Directory } from '../presence/directory.ts';
import type { DocumentStore } from '../store/store.ts';
import type { Courier } from './courier.ts';
import type { Handshake } from './handshake.ts';
import { createHandshakeGate } from './handshake-gate.ts';
import { createLedger } from './ledger.ts';
import { createQueues } from './queues.ts';
import type { Registry } from './registry.ts';
import { parseResource } from './resource.ts';
import { checkRoom } from './room.ts';
import { type CreationRequest, creationOf } from './rules/creation.ts';
import type { RuleTerms } from './rules/fields.ts';
import { checkReauthorization } from './rules/reauthorization.ts';
import { type RenewalRequest, renewalOf } from './rules/renewal.ts';
import { parseStored, SUBSCRIPTIONS } from './stored-form.ts';
import type { Subscription } from './subscription.ts';
import { createSweeper } from './sweeper.ts';
import { createUpkeep } from './upkeep.ts';

export interface SubscriptionServiceParts extends Pick<RuleTerms, 'refusal' | 'checkCertificate'> {
  readonly documents: DocumentStore;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly profile: Profile;
  readonly directory: Directory;
  readonly courier: Courier;
  readonly handshake: Handshake;
  randomUUID(): string;
  /** Told when looking after a subscription fails; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/**
 * Graph's subscriptions. Whoever didn't make one doesn't see it: 404. What a method promises is kept when
 * it resolves; all of them reject with StoreUnavailable, changing nothing, when it can't be kept.
 */
export interface SubscriptionService {
  /** Resolves once its addresses have said that they want it. @throws GraphError 400, 403, 404, 409, 429 */
  create(caller: Caller, request: CreationRequest): Promise<Subscription>;
  /** @throws GraphError 404 */
  get(caller: Caller, id: string): Subscription;
  /** The caller's, in the order of their ids. */
  list(caller: Caller): readonly Subscription[];
  /** Changes what a PATCH may change, and takes the caller's token for it. @throws GraphError 400, 404, 429 */
  renew(caller: Caller, id: string, request: RenewalRequest): Promise<Subscription>;
  /** Takes the caller's token for it. @throws GraphError 404, 409 */
  reauthorize(caller: Caller, id: string): Promise<void>;
  /** Ends it, without a word to its addresses. @throws GraphError 404 */
  remove(caller: Caller, id: string): Promise<void>;
  /** Ends anybody's and announces subscriptionRemoved; whether there was one. */
  removeByAdmin(id: string): Promise<boolean>;
  /** Reads what is kept, and has the courier resume it. Once, before anything else; rejects with StoreUnusable. */
  load(): Promise<void>;
  /** Ends what expired meanwhile, and from now on whatever expires, at its time. */
  start(): Promise<void>;
  /** Does now what is due by now. */
  sweep(): Promise<void>;
  /** Resolves when it has stopped looking after them. */
  stop(): Promise<void>;
}

export function createSubscriptionService(parts: SubscriptionServiceParts): SubscriptionService {
  const { documents, registry, clock, profile, directory, courier } = parts;
  const inTurn = createQueues();
  const handshake = createHandshakeGate(parts.handshake);
  const sweeper = createSweeper({ clock, attend, onError: parts.onError });
  const ledger = createLedger({
    documents,
    registry,
    onPut: sweeper.note,
    onRemoved: sweeper.forget,
  });
  const upkeep = createUpkeep({ ledger, courier });

  const ruleTerms = (): RuleTerms => ({
    nowMs: clock.nowMs(),
    profile,
    refusal: parts.refusal,
    checkCertificate: parts.checkCertificate,
  });

  function owned(caller: Caller, id: string): Subscription {
    const found = registry.get(id.toLowerCase());
    if (found === undefined || !isOwner(caller, found) || found.expiresMs <= clock.nowMs()) {
      throw new GraphError(404, 'NotFound', 'The caller has no such subscription.');
    }
    return found;
  }

  /** Works on one of the caller's subscriptions, as it is once nobody else does. */
  function onOwned<T>(
    caller: Caller,
    id: string,
    work: (current: Subscription) => Promise<T>,
  ): Promise<T> {
    return inTurn(id.toLowerCase(), () => work(owned(caller, id)));
  }

  function attend(id: string): Promise<void> {
    return inTurn(id, async () => {
      const current = registry.get(id);
      if (current === undefined) return;
      // Renewed meanwhile: its next time comes.
      if (!(await upkeep.attend(current, clock.nowMs()))) sweeper.note(current);
    });
  }

  return {
    async create(caller, request) {
      const { tenantId, appId, userId } = caller;
      const creation = creationOf(request, ruleTerms());
      const { resource } = request;
      const meaning = parseResource(resource, { tenantId, profile, directory });
      const wanted = { ...creation, ...meaning, tenantId, appId, userId, resource };
      checkRoom(registry, wanted, profile, clock.nowMs());
      await handshake(caller, creation);
      return inTurn(`${tenantId}/${appId}`, async () => {
        const nowMs = clock.nowMs();
        // Another may have come meanwhile.
        checkRoom(registry, wanted, profile, nowMs);
        const subscription: Subscription = {
          ...wanted,
          id: parts.randomUUID(),
          createdMs: nowMs,
          renewedMs: nowMs,
          authorizedMs: nowMs,
          authorizedUntilMs: caller.expiresMs,
          reauthorizationAskedForMs: 0,
        };
        await ledger.put(subscription, await courier.begin(subscription));
        return subscription;
      });
    },

    get: owned,

    list(caller) {
      const nowMs = clock.nowMs();
      return registry
        .ownedBy(caller)
        .filter(({ expiresMs }) => expiresMs > nowMs)
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    },

    async renew(caller, id, request) {
      const before = owned(caller, id);
      const { notificationUrl } = renewalOf(request, before, ruleTerms());
      if (notificationUrl !== before.notificationUrl) await handshake(caller, { notificationUrl });
      return onOwned(caller, id, async (current) => {
        const nowMs = clock.nowMs();
        const renewed: Subscription = {
          ...current,
          ...renewalOf(request, current, ruleTerms()),
          renewedMs: nowMs,
          authorizedMs: nowMs,
          authorizedUntilMs: caller.expiresMs,
        };
        await ledger.put(renewed, courier.change(renewed));
        return renewed;
      });
    },

    reauthorize: (caller, id) =>
      onOwned(caller, id, async (current) => {
        const nowMs = clock.nowMs();
        checkReauthorization(current, nowMs, profile);
        const authorizedUntilMs = caller.expiresMs;
        const renewed = { ...current, authorizedMs: nowMs, authorizedUntilMs };
        await ledger.put(renewed, courier.change(renewed));
      }),

    remove: (caller, id) =>
      onOwned(caller, id, (current) => ledger.remove(current, courier.end(current))),

    removeByAdmin: (id) =>
      inTurn(id.toLowerCase(), async () => {
        const current = registry.get(id.toLowerCase());
        if (current === undefined) return false;
        await upkeep.end(current);
        return true;
      }),

    async load() {
      for (const [id, text] of await documents.all(SUBSCRIPTIONS)) {
        const subscription = parseStored(id, text);
        registry.put(subscription);
        courier.resume(subscription);
        sweeper.note(subscription);
      }
    },

    async start() {
      await sweeper.sweep();
      sweeper.start();
    },

    sweep: sweeper.sweep,
    stop: sweeper.stop,
  };
}

function isOwner(caller: Caller, { tenantId, appId, userId }: Subscription): boolean {
  return caller.tenantId === tenantId && caller.appId === appId && caller.userId === userId;
}
