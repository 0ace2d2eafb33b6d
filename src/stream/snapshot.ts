import { presenceJson } from '../graph/presence-json.ts';
import { type AskedUsers, presencesJson, readAsked } from '../http/operations/asked-users.ts';
import type { PresenceService } from '../presence/service.ts';
import { partitionsOf } from '../store/partition.ts';
import { type Place, placeText } from '../store/place.ts';
import type { PresenceStore } from '../store/store.ts';
import { placeOnly, presenceEvent, RETRY, snapshotEvent } from './events.ts';
import { boundsOf } from './partitions.ts';
import type { Beginning } from './start.ts';
import { everyone } from './tenant.ts';
import type { Watch } from './watch.ts';

export interface SnapshotParts {
  readonly store: PresenceStore;
  readonly presence: PresenceService;
}

/** The presence of the users asked for, at `place` or a little later. */
export async function snapshotOf(
  asked: AskedUsers,
  watch: Watch,
  place: Place,
  { store, presence }: SnapshotParts,
): Promise<Beginning> {
  const reader = { tenantId: watch.tenantId, userId: watch.viewerId };
  const found = await readAsked(presence, reader, asked);
  const numbers = new Map<string, number>();
  for (const { userId, record } of found) {
    if (record !== undefined) numbers.set(userId, record.number);
  }
  const partitions = partitionsOf(watch.tenantId, watch.users, store);
  const bounds = await boundsOf(partitions, store);
  const until = new Map(bounds.map(({ end }, at) => [partitions[at] ?? 0, end]));
  return {
    text: RETRY + snapshotEvent(presencesJson(found, reader, watch.selected), placeText(place)),
    after: place,
    // What was committed after `place` and shows already isn't told again.
    shown: { numbers, until },
  };
}

/** Everyone of the tenant about whom something was said; of many, the later ones one by one. */
export async function snapshotOfTenant(
  watch: Watch,
  place: Place,
  parts: SnapshotParts,
): Promise<Beginning> {
  const { tenantId, selected } = watch;
  const pages = everyone(tenantId, '', parts);
  const first = await pages.next();
  const json = presencesJson(
    first.done ? [] : first.value,
    { tenantId, userId: watch.viewerId },
    selected,
  );

  async function* rest() {
    for await (const page of pages) {
      const events = page.map(({ userId, record }) =>
        presenceEvent(presenceJson(userId, record, 'other', selected)),
      );
      yield events.join('');
    }
    // Only now: a client that was cut off in between begins anew.
    yield placeOnly(placeText(place));
  }

  return { text: RETRY + snapshotEvent(json), more: rest(), after: place };
}
