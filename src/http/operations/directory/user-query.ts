import type { User } from '../../../directory/user.ts';
import { both, type Condition } from '../../../graph/condition.ts';
import { shortened } from '../../../graph/duration.ts';
import { GraphError } from '../../../graph/error.ts';
import { parseFilter } from '../../../graph/filter.ts';
import { isGuid } from '../../../graph/guid.ts';
import { parseSearch } from '../../../graph/search.ts';
import { badSkipToken, SKIP_TOKEN } from '../../page.ts';
import type { Call } from '../../route.ts';
import type { UserOrder, UserPlace, UserQuestion } from './find-users.ts';
import { type UserView, userFields } from './user-properties.ts';

/** Graph's page sizes for users. */
const USUAL_TOP = 100;
const MOST_TOP = 999;

/** The query options of a list of users, for the documents. */
export const USER_QUERY = {
  $select: 'Properties, separated by commas.',
  $top: `Users on a page: 1 to ${MOST_TOP}, ${USUAL_TOP} by default.`,
  $filter:
    "startswith(displayName,'a'), mail eq 'ada@contoso.example', id in ('…','…'); with and, or, not and parentheses.",
  $search:
    '"displayName:ada", with the header ConsistencyLevel: eventual; with AND, OR and parentheses.',
  $orderby: 'A property, perhaps followed by desc.',
  $count: 'true: the answer says how many there are in all.',
};

/** What a list of users is asked for. @throws GraphError 400 saying what isn't understood */
export function userQuestion(
  call: Pick<Call, 'query' | 'headers' | 'additions'>,
  view: UserView,
): UserQuestion {
  const { query } = call;
  const order = orderOf(query.get('$orderby'), view);
  const condition = both(filterOf(query.get('$filter'), view), searchOf(call, view));
  if (isAdvanced(query) && !(isEventual(call) && query.get('$count') === 'true')) {
    call.additions.use('advanced-queries');
  }
  return {
    condition,
    order,
    after: placeOf(query.get(SKIP_TOKEN), order),
    most: topOf(query.get('$top')),
    isCounted: countOf(query.get('$count')),
  };
}

/** The token of the page after one that ends with this user. */
export function skipTokenAfter(user: User, order: UserOrder | undefined): string {
  if (order === undefined) return user.id;
  const place: UserPlace = { value: order.textOf(user), id: user.id };
  return Buffer.from(JSON.stringify([place.value, place.id])).toString('base64url');
}

/** What Graph answers by another index alone. Source: Graph, "Advanced query capabilities". */
function isAdvanced(query: URLSearchParams): boolean {
  const filter = query.get('$filter');
  if (filter === null) return false;
  const withoutTexts = filter.replaceAll(/'[^']*'/g, "''");
  return query.has('$orderby') || /\b(ne|not|endswith)\b/i.test(withoutTexts);
}

function isEventual({ headers }: Pick<Call, 'headers'>): boolean {
  return String(headers?.consistencylevel).toLowerCase() === 'eventual';
}

function filterOf(filter: string | null, view: UserView): Condition<User> {
  return filter === null ? everybody : parseFilter(filter, userFields(view));
}

function searchOf(call: Pick<Call, 'query' | 'headers'>, view: UserView) {
  const search = call.query.get('$search');
  if (search === null) return everybody;
  if (!isEventual(call)) {
    // In the real service's words.
    throw new GraphError(
      400,
      'Request_UnsupportedQuery',
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    );
  }
  return parseSearch(search, { fields: userFields(view), byWords: ['displayname'] });
}

function everybody(): boolean {
  return true;
}

function orderOf(orderBy: string | null, view: UserView): UserOrder | undefined {
  if (orderBy === null) return undefined;
  const [, name = '', direction = 'asc'] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/i.exec(orderBy) ?? [];
  const read = userFields(view).get(name.toLowerCase());
  if (read === undefined || name.toLowerCase() === 'accountenabled') {
    throw badRequest(`[$orderby]: '${shortened(orderBy)}' is not supported: one property is.`);
  }
  return {
    textOf: (user) => String(read(user) ?? ''),
    isDescending: direction.toLowerCase() === 'desc',
  };
}

function placeOf(token: string | null, order: UserOrder | undefined): UserPlace | undefined {
  if (token === null) return undefined;
  if (order === undefined) {
    if (!isGuid(token)) throw badSkipToken();
    return { value: '', id: token.toLowerCase() };
  }
  let place: unknown;
  try {
    place = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw badSkipToken();
  }
  const [value, id] = Array.isArray(place) ? place : [];
  if (typeof value !== 'string' || typeof id !== 'string') throw badSkipToken();
  return { value, id };
}

function topOf(top: string | null): number {
  if (top === null) return USUAL_TOP;
  if (/^\d{1,3}$/.test(top) && Number(top) >= 1) return Number(top);
  throw badRequest(`[$top]: must be a number from 1 to ${MOST_TOP}.`);
}

function countOf(count: string | null): boolean {
  if (count === null || count === 'false') return false;
  if (count === 'true') return true;
  throw badRequest('[$count]: must be true or false.');
}

function badRequest(message: string): GraphError {
  return new GraphError(400, 'BadRequest', message);
}
