import Type, { type Static } from 'typebox';
import { READ_PRESENCES } from '../auth/permissions.ts';
import { bodySchema } from '../http/body.ts';
import { selectedProperties } from '../http/operations/select.ts';
import type { Services } from '../http/operations/services.ts';
import type { Call, Reply, Route } from '../http/route.ts';
import type { Directory } from '../presence/directory.ts';
import type { Visibility } from '../presence/visibility.ts';
import { partitionsOf } from '../store/partition.ts';
import { isKept, type Place } from '../store/place.ts';
import type { PresenceStore } from '../store/store.ts';
import { type Asked, askedFor, idsIn } from './asked.ts';
import { RETRY } from './events.ts';
import type { Hub } from './hub.ts';
import { boundsOf } from './partitions.ts';
import { placeFrom } from './place.ts';
import { snapshotOf, snapshotOfTenant } from './snapshot.ts';
import type { Beginning } from './start.ts';
import { selection, type Watch } from './watch.ts';

export interface StreamParts extends Pick<Services, 'presence'> {
  readonly store: PresenceStore;
  readonly directory: Directory;
  readonly hub: Hub;
  readonly visibility: Visibility;
}

const HEADERS = {
  'content-type': 'text/event-stream;charset=utf-8',
  // A proxy that collects an answer before it passes it on would hold back every change.
  'x-accel-buffering': 'no',
};

const QUERY = {
  $select: 'Properties of presence, separated by commas; all without it.',
  lastEventId: 'Id of the last event received, for clients that cannot send Last-Event-ID.',
};

const EVENTS =
  'Server-Sent Events: `snapshot` with {"value": [presence, …]}, then `presence` with each change, and `end`.';

const body = bodySchema({
  ids: Type.Array(Type.String({ maxLength: 256 }), {
    description: 'Object ids or user principal names: 650 at most (10,000 in profile extended).',
  }),
});

/** The presence of several users, and every change of it as it happens. */
export function streamPresences(parts: StreamParts): readonly Route[] {
  const shared = {
    paths: ['/porchlight/presences/stream'],
    access: READ_PRESENCES,
    events: EVENTS,
  };
  return [
    {
      ...shared,
      operation: 'streamPresences',
      summary: 'Follow the presence of several users',
      method: 'GET',
      query: { ids: 'Object ids or user principal names, separated by commas.', ...QUERY },
      handle: (call) => stream(call, idsIn(call.query), parts),
    },
    {
      ...shared,
      operation: 'streamPresencesOf',
      summary: 'Follow the presence of more users than fit into an address',
      method: 'POST',
      query: QUERY,
      body,
      handle: (call) => stream(call, (call.body as Static<typeof body>).ids, parts),
    },
  ];
}

async function stream(
  call: Call,
  ids: readonly string[] | undefined,
  parts: StreamParts,
): Promise<Reply> {
  const { caller, query, additions } = call;
  const { hub, directory, store, visibility } = parts;
  const asked = askedFor(ids, caller, additions, directory);
  const watch: Watch = {
    tenantId: caller.tenantId,
    users: asked === 'tenant' ? asked : asked.userIds,
    viewerId: caller.userId,
    sees: (userId) => visibility.by(caller)(userId),
    selected: selection(selectedProperties(query)),
    expiresMs: caller.expiresMs,
  };
  const lastEventId = lastEventIdOf(call);
  const left =
    lastEventId === '' ? undefined : placeFrom(lastEventId, store.partitions, 'Last-Event-ID');
  const leave = hub.takeSeat(caller);
  try {
    const beginning = await begin(asked, watch, left, parts);
    return {
      status: 200,
      headers: HEADERS,
      stream: (response) => hub.open(response, watch, beginning, leave),
    };
  } catch (error) {
    leave();
    throw error;
  }
}

/** Where the client left off; empty where it begins. */
function lastEventIdOf({ headers, query }: Call): string {
  const header = headers?.['last-event-id'];
  return typeof header === 'string' && header !== '' ? header : (query.get('lastEventId') ?? '');
}

/** `left` is where the client left off; undefined where it begins, or comes from another store. */
async function begin(
  asked: Asked,
  watch: Watch,
  left: Place | undefined,
  parts: StreamParts,
): Promise<Beginning> {
  const partitions = partitionsOf(watch.tenantId, watch.users, parts.store);
  const place = [...(await parts.hub.place())];
  // Before the snapshot is read, so that nothing falls between it and the changes that follow.
  const bounds = await boundsOf(partitions, parts.store);
  const isResumable = bounds.every((each, at) => isKept(left?.[partitions[at] ?? 0] ?? '', each));
  if (left !== undefined && isResumable) return { text: RETRY, after: left };
  for (const [at, { end }] of bounds.entries()) place[partitions[at] ?? 0] = end;
  return asked === 'tenant'
    ? snapshotOfTenant(watch, place, parts)
    : snapshotOf(asked, watch, place, parts);
}
