import Type from 'typebox';
import type { Caller } from '../auth/caller.ts';
import { READ_PRESENCES } from '../auth/permissions.ts';
import { GraphError } from '../graph/error.ts';
import { type Found, presencesJson, readAsked } from '../http/operations/asked-users.ts';
import { presenceSchema } from '../http/operations/presence-schema.ts';
import { selectedProperties } from '../http/operations/select.ts';
import { type Call, json, type Reply, type Route } from '../http/route.ts';
import { partitionsOf } from '../store/partition.ts';
import { type Asked, askedFor, idsIn } from './asked.ts';
import { changedSince } from './changed.ts';
import { type DeltaState, deltaToken, digestOf, readDeltaToken } from './delta-token.ts';
import { boundsOf } from './partitions.ts';
import type { StreamParts } from './stream-presences.ts';
import { everyone, TENANT_PAGE } from './tenant.ts';

type DeltaParts = Omit<StreamParts, 'hub'>;

const PATH = '/porchlight/presences/delta';

/** Some of what there is to tell, and how to go on. */
interface Step {
  readonly found: readonly Found[];
  readonly next: DeltaState;
  /** Whether there is more to be had at once. */
  readonly hasMore: boolean;
}

/** Graph's delta queries, for presence: everyone at first, then whoever has changed since. */
export function deltaOfPresences(parts: DeltaParts): Route {
  return {
    operation: 'deltaOfPresences',
    summary: 'Get the users whose presence has changed since the last call',
    method: 'GET',
    paths: [PATH],
    access: READ_PRESENCES,
    query: {
      ids: 'Object ids or user principal names, separated by commas.',
      $select: 'Properties of presence, separated by commas; all without it.',
      token: 'As a delta link or next link has it; none to begin.',
    },
    result: Type.Object({
      value: Type.Array(presenceSchema),
      '@odata.nextLink': Type.Optional(Type.String({ description: 'There is more now.' })),
      '@odata.deltaLink': Type.Optional(Type.String({ description: 'For the next round.' })),
    }),
    handle: (call) => delta(call, parts),
  };
}

async function delta(call: Call, parts: DeltaParts): Promise<Reply> {
  const { caller, query, origin } = call;
  const selected = selectedProperties(query);
  const asked = askedFor(idsIn(query), caller, call.additions, parts.directory);
  const digest = digestOf(caller.tenantId, asked);
  // Of the names, as the digest is: what a name stands for may change between two rounds.
  const partitions = partitionsOf(
    caller.tenantId,
    asked === 'tenant' ? asked : asked.names,
    parts.store,
  );
  const token = query.get('token');
  const state = token === null ? undefined : readDeltaToken(token, digest, partitions.length);
  if (state === undefined && token !== null) throw noLongerKept();
  const { found, next, hasMore } = await step(state, asked, partitions, caller, parts);
  const context = `${origin}/v1.0/$metadata#Collection(microsoft.graph.presence)`;
  const value = presencesJson(found, caller, selected);
  const nextToken = deltaToken(next, digest, parts.store.partitions > 1);
  const link = origin + PATH + linkQuery(query, nextToken);
  return json(
    `{"@odata.context":"${context}","value":${value},"@odata.${hasMore ? 'next' : 'delta'}Link":${JSON.stringify(link)}}`,
  );
}

async function step(
  state: DeltaState | undefined,
  asked: Asked,
  partitions: readonly number[],
  caller: Caller,
  parts: DeltaParts,
): Promise<Step> {
  const { store, presence } = parts;
  if (state !== undefined && state.lastUserId === undefined) {
    return changes(state, asked, partitions, caller, parts);
  }
  // Before anything is read: what changes meanwhile is told in the next round.
  const place = state?.place ?? (await boundsOf(partitions, store)).map(({ end }) => end);
  if (asked !== 'tenant') {
    const found = await readAsked(presence, caller, asked);
    return { found, next: { place }, hasMore: false };
  }
  const page = await everyone(caller.tenantId, state?.lastUserId ?? '', parts).next();
  const found = page.value ?? [];
  const lastUserId = found.at(-1)?.userId;
  if (found.length < TENANT_PAGE || lastUserId === undefined) {
    return { found, next: { place }, hasMore: false };
  }
  return { found, next: { place, lastUserId }, hasMore: true };
}

async function changes(
  { place }: DeltaState,
  asked: Asked,
  partitions: readonly number[],
  caller: Caller,
  { store, presence, visibility }: DeltaParts,
): Promise<Step> {
  const { tenantId } = caller;
  const watched = asked === 'tenant' ? undefined : new Set(asked.userIds);
  const sees = visibility.by(caller);
  const changed = await changedSince(
    partitions,
    place,
    ({ tenantId: tenant, userId }) =>
      tenant === tenantId && watched?.has(userId) !== false && sees(userId),
    store,
  );
  if (changed === undefined) throw noLongerKept();
  const { userIds } = changed;
  const found = await readAsked(presence, caller, { names: new Set(userIds), userIds });
  return { found, next: { place: changed.cursors }, hasMore: !changed.isEnd };
}

function noLongerKept(): GraphError {
  return new GraphError(
    410,
    'SyncStateNotFound',
    'The changes since this token are no longer kept. Begin anew without a token.',
  );
}

/** The same question with another token. Commas stay as they are: escaped, 650 ids are a long address. */
function linkQuery(query: URLSearchParams, token: string): string {
  const ids = idsIn(query)?.map(encodeURIComponent).join(',');
  const select = query.get('$select');
  const parts = [
    ids !== undefined && `ids=${ids}`,
    select !== null && `$select=${encodeURIComponent(select)}`,
    `token=${token}`,
  ];
  return `?${parts.filter((part) => part !== false).join('&')}`;
}
