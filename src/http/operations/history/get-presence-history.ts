import Type from 'typebox';
import { READ_HISTORY } from '../../../auth/permissions.ts';
import type { Clock } from '../../../clock.ts';
import { invalidArgument } from '../../../graph/error.ts';
import { changeJson, pastPresenceJson } from '../../../graph/history-json.ts';
import type { Viewer } from '../../../graph/presence-json.ts';
import type { PresenceHistory, Range } from '../../../history/history.ts';
import type { PresenceService } from '../../../presence/service.ts';
import { wholeNumber } from '../../odata/page.ts';
import { badSkipToken, checkOptions, pageMembers, pageOf, SKIP_TOKEN } from '../../page.ts';
import { type Call, json, type Reply, type Route } from '../../route.ts';
import { readKnown } from '../known-record.ts';
import { askedInstant, askedRange, mustBeOn, RANGE_QUERY, refusingTooLong } from './asked-range.ts';
import {
  changeSchema,
  knownFromDateTime,
  pastPresenceSchema,
  rangeFields,
} from './history-schema.ts';

export interface HistoryServices {
  readonly presence: PresenceService;
  readonly history: PresenceHistory;
  readonly clock: Clock;
}

const DEFAULT_TOP = 100;
const MOST_ON_PAGE = 1000;

export const historyPaths = (suffix = ''): string[] => [
  `/porchlight/me/presence/history${suffix}`,
  `/porchlight/users/:user/presence/history${suffix}`,
];

/** What has become of a user's presence, or what it was at an instant: an operation of our own (docs/history.md). */
export function getPresenceHistory(services: HistoryServices): Route {
  return {
    operation: 'getPresenceHistory',
    summary:
      "List the changes of a user's presence with what each came from, or tell it as of an instant",
    method: 'GET',
    paths: historyPaths(),
    access: READ_HISTORY,
    query: {
      ...RANGE_QUERY,
      at: 'A date and time with a zone, not to come: tells the presence as of then, and no changes.',
      $top: `Changes on a page, 1 to ${MOST_ON_PAGE}; ${DEFAULT_TOP} by default.`,
      [SKIP_TOKEN]: 'From the @odata.nextLink of the page before.',
    },
    result: Type.Object({
      id: Type.String({ description: "The user's object id." }),
      ...Type.Partial(Type.Object(rangeFields)).properties,
      knownFromDateTime,
      value: Type.Optional(Type.Array(changeSchema, { description: 'Without at; oldest first.' })),
      '@odata.nextLink': Type.Optional(Type.String()),
      atDateTime: Type.Optional(Type.String({ format: 'date-time', description: 'With at.' })),
      presence: Type.Optional(
        Type.Union([pastPresenceSchema, Type.Null()], {
          description: 'With at: as it was then; null where that is not known.',
        }),
      ),
    }),
    async handle(call) {
      const { caller, userId, query } = call;
      checkOptions(query, ['$top', SKIP_TOKEN]);
      const atMs = askedInstant(query, 'at');
      const other = ['from', 'to', '$top', SKIP_TOKEN].find((name) => query.has(name));
      if (atMs !== undefined && other !== undefined) {
        throw invalidArgument(`[${other}]: With [at] there is no list.`);
      }
      if (atMs !== undefined && atMs > services.clock.nowMs()) {
        throw invalidArgument('[at]: It is to come.');
      }
      const asked = askedRange(query);
      const top = wholeNumber(query, '$top', 1, MOST_ON_PAGE) ?? DEFAULT_TOP;
      const from = skipped(query);
      mustBeOn(services.history, caller);
      await readKnown(services.presence, call);
      const viewer = caller.userId === userId ? 'self' : 'other';
      return atMs === undefined
        ? list(services, call, { asked, top, from, viewer })
        : asOf(services, call, atMs, viewer);
    },
  };
}

interface AskedList {
  readonly asked: Range;
  readonly top: number;
  readonly from: number;
  readonly viewer: Viewer;
}

async function list(
  { history }: HistoryServices,
  { caller, userId, query, origin }: Call,
  { asked, top, from, viewer }: AskedList,
): Promise<Reply> {
  const user = { tenantId: caller.tenantId, userId };
  const { changes, next, ...range } = await history.page(user, asked, from, top);
  const page = pageOf(changes, top, (change) => changeJson(userId, change, viewer));
  const link = (number: number) => {
    const more = new URLSearchParams(query);
    more.set(SKIP_TOKEN, String(number));
    const path = `${origin}/porchlight/users/${userId}/presence/history`;
    return `${path}?${more.toString().replaceAll('%24', '$')}`;
  };
  const members =
    page.last === undefined && next !== undefined
      ? `"value":${page.value},"@odata.nextLink":${JSON.stringify(link(next))}`
      : pageMembers(page, ({ number }) => link(number + 1));
  return json(
    `{"id":"${userId}",${[
      `"fromDateTime":"${iso(range.fromMs)}"`,
      `"toDateTime":"${iso(range.toMs)}"`,
      `"knownFromDateTime":"${iso(range.knownFromMs)}"`,
      members,
    ].join(',')}}`,
  );
}

async function asOf(
  { history }: HistoryServices,
  { caller, userId }: Call,
  atMs: number,
  viewer: Viewer,
): Promise<Reply> {
  const user = { tenantId: caller.tenantId, userId };
  const { presence, knownFromMs } = await history.asOf(user, atMs).catch(refusingTooLong('at'));
  const shown = presence === undefined ? 'null' : pastPresenceJson(userId, presence, viewer);
  return json(
    `{"id":"${userId}","atDateTime":"${iso(atMs)}","knownFromDateTime":"${iso(knownFromMs)}","presence":${shown}}`,
  );
}

/** The number at which the page begins. @throws GraphError 400 */
function skipped(query: URLSearchParams): number {
  const token = query.get(SKIP_TOKEN);
  if (token === null) return 0;
  const number = /^\d{1,16}$/.test(token) ? Number(token) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw badSkipToken();
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
