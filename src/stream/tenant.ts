import type { UserRecord } from '../engine/advance.ts';
import type { PresenceService } from '../presence/service.ts';
import type { PresenceStore } from '../store/store.ts';

/** Users read at once. */
export const TENANT_PAGE = 1000;

export interface TenantParts {
  readonly store: PresenceStore;
  readonly presence: PresenceService;
}

/** Everyone of a tenant about whom something was ever said, page by page in the order of their ids. */
export async function* everyone(
  tenantId: string,
  after: string,
  { store, presence }: TenantParts,
): AsyncGenerator<readonly { readonly userId: string; readonly record: UserRecord }[], undefined> {
  for (let last = after; ; ) {
    const userIds = await store.users(tenantId, last, TENANT_PAGE);
    if (userIds.length === 0) return;
    // Only an application by itself asks for everyone.
    const records = await presence.read({ tenantId, userId: null }, userIds);
    yield userIds.flatMap((userId, index) => {
      const record = records[index];
      return record === undefined ? [] : [{ userId, record }];
    });
    if (userIds.length < TENANT_PAGE) return;
    last = userIds.at(-1) ?? '';
  }
}
