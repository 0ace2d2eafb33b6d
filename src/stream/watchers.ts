import type { UserKey } from '../store/store.ts';
import type { Watch } from './watch.ts';

const NOBODY: ReadonlySet<never> = new Set<never>();

/** Finds who watches a user. */
export class Watchers<T extends { readonly watch: Watch }> {
  /** By tenant and user. */
  readonly #ofUsers = new Map<string, Set<T>>();
  /** Who watches everyone, by tenant. */
  readonly #ofTenants = new Map<string, Set<T>>();

  add(watcher: T): void {
    this.#each(watcher.watch, (map, key) => {
      const found = map.get(key);
      if (found === undefined) map.set(key, new Set([watcher]));
      else found.add(watcher);
    });
  }

  remove(watcher: T): void {
    this.#each(watcher.watch, (map, key) => {
      const found = map.get(key);
      if (found?.delete(watcher) && found.size === 0) map.delete(key);
    });
  }

  ofUser({ tenantId, userId }: UserKey): ReadonlySet<T> {
    return this.#ofUsers.get(keyOf(tenantId, userId)) ?? NOBODY;
  }

  ofTenant(tenantId: string): ReadonlySet<T> {
    return this.#ofTenants.get(tenantId) ?? NOBODY;
  }

  #each({ tenantId, users }: Watch, act: (map: Map<string, Set<T>>, key: string) => void): void {
    if (users === 'tenant') act(this.#ofTenants, tenantId);
    else for (const userId of users) act(this.#ofUsers, keyOf(tenantId, userId));
  }
}

function keyOf(tenantId: string, userId: string): string {
  return `${tenantId}/${userId}`;
}
