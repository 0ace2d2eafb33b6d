import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BUSY } from '../../src/engine/pair.ts';
import type { PresenceStore, UserKey } from '../../src/store/store.ts';
import { guid, START_MS, setPresence, tell } from './commands.ts';

/** What every store does when it is asked who is there. */
export function usersContract(name: string, open: () => Promise<PresenceStore>): void {
  describe(`${name} store`, () => {
    let store: PresenceStore;

    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    describe('users', () => {
      const tenants = [guid(1), guid(2), guid(3)] as const;
      const write = (user: UserKey) => tell(store, user, START_MS, setPresence(BUSY));

      it('lists the users of a tenant by pages, each once, and nobody of another', async () => {
        const userIds = Array.from({ length: 7 }, (_, index) => guid(index * 1000));
        const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
        for (const tenantId of tenants) {
          for (const userId of [...userIds, last].reverse()) await write({ tenantId, userId });
        }
        for (const tenantId of tenants) {
          const listed: string[] = [];
          for (;;) {
            const page = await store.users(tenantId, listed.at(-1) ?? '', 3);
            expect(page.length).toBeLessThanOrEqual(3);
            if (page.length === 0) break;
            listed.push(...page);
          }
          expect(listed).toEqual([...userIds, last]);
        }
      });

      it('lists the tenants of whose users some were written, each once', async () => {
        expect(await store.tenants()).toEqual([]);
        const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
        for (const tenantId of [last, ...tenants.toReversed()]) {
          for (const userId of [guid(5), last]) await write({ tenantId, userId });
        }
        expect(await store.tenants()).toEqual([...tenants, last]);
      });

      it('lists nobody where nobody was written', async () => {
        await write({ tenantId: tenants[0], userId: guid(5) });
        expect(await store.users(tenants[1], '', 10)).toEqual([]);
      });

      it('reads on after a user that has no record', async () => {
        const tenantId = tenants[0];
        for (const number of [1, 3]) await write({ tenantId, userId: guid(number) });
        expect(await store.users(tenantId, guid(2), 10)).toEqual([guid(3)]);
      });
    });
  });
}
