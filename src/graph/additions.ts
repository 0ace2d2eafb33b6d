import { GraphError } from './error.ts';
import type { Profile } from './settable.ts';

/** What Porchlight allows beyond Graph, and what Graph says instead. */
export interface Addition {
  readonly what: string;
  readonly graph: string;
}

/** Names go into answers and reports: clients may look for them. */
export const ADDITIONS = {
  'several-sessions': {
    what: "sessions by another id than the application's, so that it has several of a user",
    graph: "400: the session id must be the application's id (404 for ending such a session)",
  },
  'more-pairs': {
    what: 'setPresence with Busy/Busy, DoNotDisturb/DoNotDisturb or BeRightBack/BeRightBack',
    graph: '400: the pair is not supported',
  },
  'more-ids': {
    what: 'more than 650 users in one request or subscription',
    graph: '400: 650 ids at most',
  },
  'whole-tenant': {
    what: 'everyone of the tenant, without naming them',
    graph: '400: users are named by their ids',
  },
  select: {
    what: '$select on presence',
    graph: '400: the query option is not supported',
  },
  'advanced-queries': {
    what: '$filter with ne, not, endswith or beside $orderby, without both ConsistencyLevel: eventual and $count=true',
    graph: '400: the request is not supported without them',
  },
  'app-only-work-location': {
    what: "work locations said by an application's own token",
    graph: '403: delegated permissions only',
  },
  'app-only-subscriptions': {
    what: "subscriptions by an application's own token",
    graph: '403: delegated permissions only',
  },
  'several-subscriptions': {
    what: 'more than one subscription of a user and application',
    graph: '409: a subscription already exists',
  },
  'longer-subscriptions': {
    what: 'subscriptions of more than 60 minutes',
    graph: '400: 60 minutes at most',
  },
  'select-in-subscriptions': {
    what: '$select in the resource of a subscription, such as for status messages',
    graph: '400: the resource is not supported',
  },
  delivery: {
    what: '@porchlight.delivery in a subscription',
    graph: '400: the property is not known',
  },
  'early-reauthorization': {
    what: 'reauthorize within 10 minutes of a renewal',
    graph: '409: wait 10 minutes after a renewal',
  },
  rrule: {
    what: '@porchlight.rrule in the recurrence of an event',
    graph: '400: the property is not known',
  },
} as const satisfies Readonly<Record<string, Addition>>;

export type AdditionName = keyof typeof ADDITIONS;

export const ADDITION_NAMES = Object.keys(ADDITIONS) as AdditionName[];

/** What becomes of requests that use additions. */
export interface Strictness {
  readonly profile: Profile;
  /** An addition is an error, in either profile. */
  readonly isStrict: boolean;
}

/** What one request uses of what Graph hasn't. Operations ask this alone, and not what the profile is. */
export interface Additions {
  /**
   * The request needs this addition. To be said before anything is written.
   * @param refusal what profile graph says; without it that profile has the addition too
   * @throws GraphError the refusal; or 400 naming the addition, where additions are errors
   */
  use(name: AdditionName, refusal?: () => GraphError): void;
  /** Whether requests may use those that profile graph hasn't: for what messages and answers offer. */
  readonly areAllowed: boolean;
}

/** The names of additions, separated by commas. */
export const ADDITIONS_HEADER = 'porchlight-additions';

/** Notes the additions of one request. */
export class UsedAdditions implements Additions {
  readonly #strictness: Strictness;
  #used: AdditionName[] | undefined;

  constructor(strictness: Strictness) {
    this.#strictness = strictness;
  }

  get areAllowed(): boolean {
    const { profile, isStrict } = this.#strictness;
    return profile === 'extended' && !isStrict;
  }

  use(name: AdditionName, refusal?: () => GraphError): void {
    const { profile, isStrict } = this.#strictness;
    if (isStrict) throw notInGraph(name);
    if (profile === 'graph' && refusal !== undefined) throw refusal();
    if (this.#used === undefined) this.#used = [name];
    else if (!this.#used.includes(name)) this.#used.push(name);
  }

  /** What the header of the answer says; undefined where it has none. */
  get header(): string | undefined {
    return this.#used?.join(', ');
  }
}

function notInGraph(name: AdditionName): GraphError {
  const { what, graph } = ADDITIONS[name];
  return new GraphError(
    400,
    'BadRequest',
    `This server is strict, and Graph has no ${what} (Porchlight's addition '${name}'). Graph would answer ${graph}.`,
    { [ADDITIONS_HEADER]: name },
  );
}
