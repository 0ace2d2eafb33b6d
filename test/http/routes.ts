import { systemClock } from '../../src/clock.ts';
import type { Profile } from '../../src/graph/settable.ts';
import { presenceRoutes } from '../../src/http/operations/all.ts';
import type { Route } from '../../src/http/route.ts';
import { createDirectory, type Directory } from '../../src/presence/directory.ts';
import { createPresenceService } from '../../src/presence/service.ts';
import { openMemoryStore } from '../../src/store/memory.ts';

/** The route table over a store of its own. */
export function exampleRoutes(
  profile: Profile = 'graph',
  directory: Directory = createDirectory('open', new Map()),
): readonly Route[] {
  const presence = createPresenceService({
    store: openMemoryStore(),
    clock: systemClock,
    directory,
  });
  return presenceRoutes({ presence, profile }, directory);
}
