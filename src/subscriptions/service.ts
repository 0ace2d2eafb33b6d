import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import type { Additions } from '../graph/additions.ts';
import type { Directory } from '../presence/directory.ts';
import { createQueues } from '../queues.ts';
import { onNewest } from '../store/on-newest.ts';
import type { DocumentStore, UserKey } from '../store/store.ts';
import { createAdmission } from './admission.ts';
import type { Courier } from './courier.ts';
import { createGuards } from './guards.ts';
import type { Handshake } from './handshake.ts';
import { createHandshakeGate } from './handshake-gate.ts';
import { createLedger } from './ledger.ts';
import { createProjection } from './projection.ts';
import { createReader } from './reader.ts';
import type { Registry } from './registry.ts';
import type { CreationRequest } from './rules/creation.ts';
import type { RuleTerms } from './rules/fields.ts';
import { checkReauthorization } from './rules/reauthorization.ts';
import { type RenewalRequest, renewalOf } from './rules/renewal.ts';
import type { Subscription } from './subscription.ts';
import { createSweeper } from './sweeper.ts';
import { createUpkeep, type UpkeepParts } from './upkeep.ts';

export interface SubscriptionServiceParts extends Pick<RuleTerms, 'refusal' | 'checkCertificate'> {
  readonly documents: DocumentStore;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly steadyClock: Clock;
  readonly directory: Directory;
  readonly courier: Courier;
  readonly handshake: Handshake;
  randomUUID(): string;
  /** Whether this server is the one that does what is due for it; by default the only one. */
  readonly isOurTurn?: (subscription: Subscription) => boolean;
  /** Told of what became of one because its time had come. */
  readonly onDue?: UpkeepParts['onDue'];
  /** Told when reading or looking after subscriptions fails; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/**
 * Graph's subscriptions, the same on all servers of a store. Whoever didn't make one doesn't see it: 404.
 * What a method promises is kept when it resolves, on this server to be seen at once, and on each other by
 * whoever asks there. All of them reject with StoreUnavailable when that can't be; nothing has changed
 * then, unless the error says that it may have.
 */
export interface SubscriptionService {
  /** Resolves once its addresses have said that they want it. @throws GraphError 400, 403, 404, 409, 429 */
  create(caller: Caller, request: CreationRequest, additions: Additions): Promise<Subscription>;
  /** @throws GraphError 404 */
  get(caller: Caller, id: string): Promise<Subscription>;
  /** The caller's, in the order of their ids. */
  list(caller: Caller): Promise<readonly Subscription[]>;
  /** Changes what a PATCH may, and takes the caller's token for it. @throws GraphError 400, 404, 429 */
  renew(
    caller: Caller,
    id: string,
    request: RenewalRequest,
    additions: Additions,
  ): Promise<Subscription>;
  /** Takes the caller's token for it. @throws GraphError 404, 409 */
  reauthorize(caller: Caller, id: string, additions: Additions): Promise<void>;
  /** Ends it, without a word to its addresses. @throws GraphError 404 */
  remove(caller: Caller, id: string): Promise<void>;
  /** Everybody's of a tenant, in the order of their ids. */
  listByAdmin(tenantId: string): Promise<readonly Subscription[]>;
  /** Ends anybody's of a tenant and announces subscriptionRemoved; whether there was one. */
  removeByAdmin(tenantId: string, id: string): Promise<boolean>;
  /**
   * Ends those that are meant, as if their time were over: announces subscriptionRemoved, unless nobody is to
   * hear of it.
   */
  expire(isMeant: (subscription: Subscription) => boolean, isAnnounced: boolean): Promise<void>;
  /** Ends all that a signed-in user has made, with any application, and announces subscriptionRemoved. */
  removeOf(user: UserKey): Promise<void>;
  /** Takes all that is kept, and tells the courier. Once, before anything else; rejects with StoreUnusable. */
  load(): Promise<void>;
  /** Ends what expired meanwhile, and from now on whatever expires, at its time. */
  start(): Promise<void>;
  /** Does now what is due by now. */
  sweep(): Promise<void>;
  /** Resolves once all that was kept before the call is known here. @throws StoreUnavailable */
  settled(): Promise<void>;
  /** Resolves when it has stopped looking after them, and following what becomes of them. */
  stop(): Promise<void>;
}

/** Follows what is kept from now on; `stop` ends that. */
export function createSubscriptionService(parts: SubscriptionServiceParts): SubscriptionService {
  const { documents, registry, clock, steadyClock, courier, onError } = parts;
  const inTurn = createQueues();
  const sweeper = createSweeper({
    clock,
    attend: (id) => inTurnOnNewest(id, () => upkeep.attend(id)),
    onError,
  });
  const projection = createProjection({
    documents,
    steadyClock,
    registry,
    sweeper,
    courier,
    onError,
  });
  const { settled } = projection;
  const guards = createGuards({ documents, steadyClock, onError });
  const reader = createReader({ registry, clock, settled });
  const ledger = createLedger({
    documents,
    textOf: projection.textOf,
    settled: () => Promise.all([settled(), guards.settled()]),
  });
  const upkeep = createUpkeep({
    ledger,
    registry,
    clock,
    courier,
    isOurTurn: parts.isOurTurn ?? (() => true),
    onEarly: sweeper.note,
    ...(parts.onDue && { onDue: parts.onDue }),
  });
  const handshake = createHandshakeGate(parts.handshake);

  const ruleTerms = (additions: Additions): RuleTerms => ({
    nowMs: clock.nowMs(),
    additions,
    refusal: parts.refusal,
    checkCertificate: parts.checkCertificate,
  });

  /** Works on a subscription once nobody else here does, and again when somebody elsewhere was first. */
  function inTurnOnNewest<T>(id: string, work: () => Promise<T>): Promise<T> {
    return inTurn(id.toLowerCase(), () => onNewest(settled, work));
  }

  /** Works on one of the caller's subscriptions, as it is then. */
  function onOwned<T>(
    caller: Caller,
    id: string,
    work: (current: Subscription) => Promise<T>,
  ): Promise<T> {
    return inTurnOnNewest(id, async () => work(await reader.owned(caller, id)));
  }

  async function expire(
    isMeant: (subscription: Subscription) => boolean,
    isAnnounced: boolean,
  ): Promise<void> {
    await settled();
    const meant = [...registry.all()].filter(isMeant);
    await Promise.all(
      meant.map(({ id }) =>
        inTurnOnNewest(id, async () => {
          const current = registry.get(id);
          if (current === undefined) return;
          await (isAnnounced ? upkeep.end(current) : ledger.remove(current));
        }),
      ),
    );
  }

  async function stopFollowing(): Promise<void> {
    await Promise.all([projection.stop(), guards.stop()]);
  }

  return {
    create: createAdmission({ ...parts, handshake, guards, ledger, inTurn, ruleTerms, settled }),

    get: reader.owned,

    list: reader.listOwned,

    async renew(caller, id, request, additions) {
      const before = await reader.owned(caller, id);
      const { notificationUrl } = renewalOf(request, before, ruleTerms(additions));
      if (notificationUrl !== before.notificationUrl) await handshake(caller, { notificationUrl });
      return onOwned(caller, id, async (current) => {
        const nowMs = clock.nowMs();
        const renewed: Subscription = {
          ...current,
          ...renewalOf(request, current, ruleTerms(additions)),
          renewedMs: nowMs,
          authorizedMs: nowMs,
          authorizedUntilMs: caller.expiresMs,
        };
        await ledger.replace(current, renewed);
        return renewed;
      });
    },

    reauthorize: (caller, id, additions) =>
      onOwned(caller, id, (current) => {
        const nowMs = clock.nowMs();
        checkReauthorization(current, nowMs, additions);
        const authorizedUntilMs = caller.expiresMs;
        return ledger.replace(current, { ...current, authorizedMs: nowMs, authorizedUntilMs });
      }),

    remove: (caller, id) => onOwned(caller, id, (current) => ledger.remove(current)),

    listByAdmin: reader.listOfTenant,

    removeByAdmin: (tenantId, id) =>
      inTurnOnNewest(id, async () => {
        const current = await reader.ofTenant(tenantId, id);
        if (current === undefined) return false;
        await upkeep.end(current);
        return true;
      }),

    expire,

    removeOf: ({ tenantId, userId }) =>
      expire((each) => each.tenantId === tenantId && each.userId === userId, true),

    async load() {
      try {
        await Promise.all([projection.load(), guards.settled()]);
      } catch (error) {
        await stopFollowing();
        throw error;
      }
    },

    async start() {
      await sweeper.sweep();
      sweeper.start();
    },

    sweep: sweeper.sweep,
    settled,

    async stop() {
      await sweeper.stop();
      await stopFollowing();
    },
  };
}
