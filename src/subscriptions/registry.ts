import type { Subscription } from './subscription.ts';

/** Whose a subscription is: an application's, and the signed-in user's where there was one. */
export type Owner = Pick<Subscription, 'tenantId' | 'appId' | 'userId'>;

/** What the subscriptions of one application of a tenant take up. */
export interface Use {
  readonly subscriptions: number;
  /** As `idsOf` counts them. */
  readonly ids: number;
}

/** All subscriptions, in memory. Knows no time: what has expired is here until it was removed. */
export interface Registry {
  readonly size: number;
  get(id: string): Subscription | undefined;
  all(): Iterable<Subscription>;
  ownedBy(owner: Owner): readonly Subscription[];
  use(app: Pick<Owner, 'tenantId' | 'appId'>): Use;
  /** Those that are about this user, in no particular order. Meant to be asked for every change. */
  matching(tenantId: string, userId: string): readonly Subscription[];
  /** Adds it, or takes it for the one of the same id, whose owner and scope it has. */
  put(subscription: Subscription): void;
  remove(id: string): void;
}

/** Stays the same while the subscription in it is renewed, so that renewing costs no walk over its ids. */
interface Slot {
  subscription: Subscription;
}

interface Watched {
  readonly everyone: Slot[];
  readonly byUser: Map<string, Slot[]>;
}

const NONE: readonly Subscription[] = Object.freeze([]);

export function createRegistry(): Registry {
  const slots = new Map<string, Slot>();
  const byOwner = new Map<string, Set<Slot>>();
  const uses = new Map<string, Use>();
  const watched = new Map<string, Watched>();

  function account(subscription: Subscription, sign: 1 | -1): void {
    const key = appKey(subscription);
    const { subscriptions, ids } = uses.get(key) ?? { subscriptions: 0, ids: 0 };
    if (subscriptions + sign === 0) uses.delete(key);
    else {
      const next = { subscriptions: subscriptions + sign, ids: ids + sign * idsOf(subscription) };
      uses.set(key, next);
    }
  }

  function watch(slot: Slot): void {
    const { tenantId, scope } = slot.subscription;
    const tenant: Watched = watched.get(tenantId) ?? { everyone: [], byUser: new Map() };
    watched.set(tenantId, tenant);
    if (scope === 'tenant') tenant.everyone.push(slot);
    else {
      for (const userId of scope) {
        const watchers = tenant.byUser.get(userId);
        if (watchers === undefined) tenant.byUser.set(userId, [slot]);
        else watchers.push(slot);
      }
    }
  }

  function unwatch(slot: Slot): void {
    const { tenantId, scope } = slot.subscription;
    const tenant = watched.get(tenantId);
    if (tenant === undefined) return;
    if (scope === 'tenant') takeOut(tenant.everyone, slot);
    else {
      for (const userId of scope) {
        const watchers = tenant.byUser.get(userId) ?? [];
        takeOut(watchers, slot);
        if (watchers.length === 0) tenant.byUser.delete(userId);
      }
    }
    if (tenant.everyone.length === 0 && tenant.byUser.size === 0) watched.delete(tenantId);
  }

  return {
    get size() {
      return slots.size;
    },
    get: (id) => slots.get(id)?.subscription,
    all: () => Array.from(slots.values(), ({ subscription }) => subscription),
    ownedBy: (owner) =>
      Array.from(byOwner.get(ownerKey(owner)) ?? [], ({ subscription }) => subscription),
    use: (app) => uses.get(appKey(app)) ?? { subscriptions: 0, ids: 0 },

    matching(tenantId, userId) {
      const tenant = watched.get(tenantId);
      if (tenant === undefined) return NONE;
      const watchers = tenant.byUser.get(userId);
      if (watchers === undefined && tenant.everyone.length === 0) return NONE;
      const found: Subscription[] = [];
      for (const { subscription } of tenant.everyone) found.push(subscription);
      if (watchers !== undefined) for (const { subscription } of watchers) found.push(subscription);
      return found;
    },

    put(subscription) {
      const known = slots.get(subscription.id);
      if (known !== undefined) {
        known.subscription = subscription;
        return;
      }
      const slot: Slot = { subscription };
      slots.set(subscription.id, slot);
      const key = ownerKey(subscription);
      byOwner.set(key, (byOwner.get(key) ?? new Set()).add(slot));
      account(subscription, 1);
      watch(slot);
    },

    remove(id) {
      const slot = slots.get(id);
      if (slot === undefined) return;
      slots.delete(id);
      const key = ownerKey(slot.subscription);
      const owned = byOwner.get(key);
      owned?.delete(slot);
      if (owned?.size === 0) byOwner.delete(key);
      account(slot.subscription, -1);
      unwatch(slot);
    },
  };
}

/**
 * How many ids a subscription counts for. Its resource is kept as it was written: one that is longer
 * than its ids need (repeated, or far-fetched in spelling) counts by its length.
 */
export function idsOf({ scope, resource }: Pick<Subscription, 'scope' | 'resource'>): number {
  return Math.max(scope === 'tenant' ? 1 : scope.length, Math.ceil(resource.length / 64));
}

function takeOut(slots: Slot[], slot: Slot): void {
  const at = slots.indexOf(slot);
  const last = slots.pop();
  if (at !== -1 && last !== undefined && at < slots.length) slots[at] = last;
}

function appKey({ tenantId, appId }: Pick<Owner, 'tenantId' | 'appId'>): string {
  return `${tenantId}/${appId}`;
}

function ownerKey({ tenantId, appId, userId }: Owner): string {
  return `${tenantId}/${appId}/${userId ?? ''}`;
}
