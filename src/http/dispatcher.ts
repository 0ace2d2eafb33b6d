import type { IncomingHttpHeaders } from 'node:http';
import { authorize, type Decision, ME_NEEDS_A_USER } from '../auth/authorize.ts';
import type { Caller } from '../auth/caller.ts';
import { type Access, withAdded } from '../auth/permissions.ts';
import {
  ADDITIONS_HEADER,
  type Additions,
  type Strictness,
  UsedAdditions,
} from '../graph/additions.ts';
import { GraphError, invalidArgument, userNotFound } from '../graph/error.ts';
import type { Version } from '../graph/path.ts';
import type { Directory } from '../presence/directory.ts';
import { bodySchema, compileBody } from './body.ts';
import { imageExpected, imageNotExpected } from './read-body.ts';
import type { Call, Reply, Route } from './route.ts';
import { createGraphRouter, type Match } from './router.ts';

/** A request, whether it came over a socket or as a part of a batch. */
export interface GraphRequest {
  readonly version: Version;
  readonly method: string;
  /** Below the version, without the query: `/me/presence`; whole for an address of Porchlight's own. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  /** Parsed JSON, or the bytes of an image; undefined without a body. */
  readonly body: unknown;
  readonly origin: string;
  /** Of the request on the socket, or of the part of a batch; names in lower case. */
  readonly headers?: IncomingHttpHeaders | undefined;
}

/**
 * Answers one request of a caller whose token was verified: finds the route, checks the body, asks
 * for the permission, and calls the handler. The body is checked before the permission, as the real
 * service does it.
 * @throws GraphError for what the caller did wrong, at once or by rejecting; anything else is our fault.
 */
export type Dispatch = (request: GraphRequest, caller: Caller) => Promise<Reply>;

/** A request whose operation is known; neither its body nor the caller's permission was looked at. */
export interface Visit {
  readonly route: Route;
  readonly caller: Caller;
  /** Whom the path is about, as it names them; the caller for `/me`; undefined where it is about nobody or many. */
  readonly user: string | undefined;
  /** Of the path. */
  readonly params: Call['params'];
  readonly request: GraphRequest;
}

/**
 * Stands between requests and what they ask for, each part of a batch among them: limits, faults that were
 * ordered, what is remembered of callers.
 */
export interface Gate {
  /** Comes first of all. @throws GraphError in place of an answer */
  enter?(caller: Caller): void;
  /** Gives the answer of `carryOut`, or another one; rejects as it does, or by itself. */
  pass?(visit: Visit, carryOut: () => Promise<Reply>): Promise<Reply>;
}

const NO_QUERY = new URLSearchParams();

const AS_GRAPH: Strictness = { profile: 'graph', isStrict: false };

/** @param gates the outermost first */
export function createDispatcher(
  routes: readonly Route[],
  directory: Directory,
  gates: readonly Gate[] = [],
  strictness: Strictness = AS_GRAPH,
): Dispatch {
  const router = createGraphRouter(routes);
  const passes = gates.flatMap((gate) => (gate.pass === undefined ? [] : [gate.pass.bind(gate)]));

  async function carryOut(match: Match, request: GraphRequest, caller: Caller): Promise<Reply> {
    const { version, query, body, origin, headers } = request;
    checkBody(match, body);
    const additions = new UsedAdditions(strictness);
    try {
      const reply = await match.route.handle({
        caller,
        version,
        userId: authorizedUser(match, caller, directory, additions),
        params: match.params,
        query: query === '' ? NO_QUERY : new URLSearchParams(query),
        body,
        origin,
        headers,
        additions,
      } satisfies Call);
      return additions.header === undefined
        ? reply
        : { ...reply, headers: naming(additions.header, reply.headers) };
    } catch (error) {
      if (additions.header === undefined || !(error instanceof GraphError)) throw error;
      const { status, code, message } = error;
      throw new GraphError(status, code, message, naming(additions.header, error.headers));
    }
  }

  return (request, caller) => {
    for (const gate of gates) gate.enter?.(caller);
    const match = router.match(request.method, request.path);
    if (passes.length === 0) return carryOut(match, request, caller);
    const { route, me, params } = match;
    const user = params.user ?? (me ? (caller.userId ?? undefined) : undefined);
    const visit: Visit = { route, caller, user, params, request };
    return passes.reduceRight<() => Promise<Reply>>(
      (inner, pass) => () => pass(visit, inner),
      () => carryOut(match, request, caller),
    )();
  };
}

function naming(additions: string, headers: Reply['headers']): Record<string, string> {
  return { ...headers, [ADDITIONS_HEADER]: additions };
}

function checkBody({ checkBody: check, route }: Match, body: unknown): void {
  if (route.imageBody !== undefined) {
    if (body === undefined) throw invalidArgument(`${route.operation} needs an image as its body.`);
    if (!Buffer.isBuffer(body)) throw imageExpected(route.imageBody);
  } else if (Buffer.isBuffer(body)) {
    throw imageNotExpected();
  } else if (check !== undefined) {
    if (body === undefined) {
      throw invalidArgument(`${route.operation} needs a JSON body.`);
    }
    check(body);
  } else if (route.method !== 'GET' && body !== undefined) {
    checkEmptyObject(body);
  }
}

const checkEmptyObject = compileBody(bodySchema({}));

/** The user that the call is about, once the caller may do this with them. */
function authorizedUser(
  { route, me, params }: Match,
  caller: Caller,
  directory: Directory,
  additions: Additions,
): string {
  const { user } = params;
  if (user === undefined) {
    // Without a user in it, a path is about the caller (/me) or about several users.
    if (me && caller.userId === null) mustBeAllowed(ME_NEEDS_A_USER);
    mustBePermitted(route.access, caller, (me ? caller.userId : null) ?? 'many', additions);
    return caller.userId ?? '';
  }
  const userId = directory.resolve(caller.tenantId, user);
  mustBePermitted(route.access, caller, userId ?? user, additions);
  if (userId === undefined) throw (route.nobody ?? userNotFound)(user);
  return userId;
}

function mustBePermitted(
  access: Access,
  caller: Caller,
  target: string | 'many',
  additions: Additions,
): void {
  const asInGraph = authorize(access, caller, target);
  if (asInGraph.allowed) return;
  const decision = authorize(withAdded(access), caller, target);
  if (decision.allowed && access.added !== undefined) {
    additions.use(access.added.addition, () => refusal(asInGraph));
  } else {
    mustBeAllowed(additions.areAllowed ? decision : asInGraph);
  }
}

function mustBeAllowed(decision: Decision): void {
  if (!decision.allowed) throw refusal(decision);
}

function refusal({ status, code, message }: Decision & { allowed: false }): GraphError {
  return new GraphError(status, code, message);
}
