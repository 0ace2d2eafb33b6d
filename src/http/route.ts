import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { TObject } from 'typebox';
import type { Caller } from '../auth/caller.ts';
import type { Access } from '../auth/permissions.ts';
import type { Additions } from '../graph/additions.ts';
import type { GraphError } from '../graph/error.ts';
import type { Version } from '../graph/path.ts';

/** What a route answers. `body` is JSON text already; as bytes it is whatever `content-type` says. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** In place of `body`: is given the response, its head written, and says the rest in its own time. */
  readonly stream?: (response: ServerResponse) => void;
  /** In place of all of it the connection is closed. */
  readonly hangsUp?: true;
}

/** One authorized, well-formed request, as a handler gets it. */
export interface Call {
  readonly caller: Caller;
  readonly version: Version;
  /** Object id of the user the path is about; the caller's own id where it is about nobody. */
  readonly userId: string;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: URLSearchParams;
  /** Fits the route's schema, or bytes where it takes an image; undefined where the request had no body. */
  readonly body: unknown;
  /** `https://host`, for the addresses in an answer. */
  readonly origin: string;
  /** Of the request on the socket, or of the part of a batch; names in lower case. */
  readonly headers?: IncomingHttpHeaders | undefined;
  /** Whatever the operation allows beyond Graph, it says so here. */
  readonly additions: Additions;
}

/** An operation of the API, as data: what documents, tests and the dispatcher know of it. */
export interface Route {
  /** Graph's name of the operation. */
  readonly operation: string;
  readonly summary: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /**
   * Below the version, or whole for an address of Porchlight's own; `:user` is an object id or user
   * principal name. `/me` needs no `:user`.
   */
  readonly paths: readonly string[];
  readonly access: Access;
  /** Shape of the body; without one, the operation takes none (an empty object is let pass). */
  readonly body?: TObject;
  /** Media types of an image that is the body, in place of JSON. */
  readonly imageBody?: readonly string[];
  /** Parameters in the query, by name, with what they are for; for the documents. */
  readonly query?: Readonly<Record<string, string>>;
  /** The status of a success: 200 if nothing else is said. */
  readonly success?: 201 | 202 | 204;
  /** Shape of a success's body; without one it is empty. */
  readonly result?: TObject;
  /** Media types of an image that is a success's body, in place of `result`. */
  readonly imageResult?: readonly string[];
  /** What a 200 tells as Server-Sent Events, in place of `result`. */
  readonly events?: string;
  /** What to say of a user principal name that nobody has; 404 NotFound by default. */
  readonly nobody?: (name: string) => GraphError;
  handle(call: Call): Promise<Reply>;
}

/** The paths of an operation bound to one user's presence. */
export function presencePaths(suffix = ''): string[] {
  return [
    `/me/presence${suffix}`,
    `/users/:user/presence${suffix}`,
    `/communications/presences/:user${suffix}`,
  ];
}

/** An action's success: 200 without a body (rule 12). */
export const DONE: Reply = Object.freeze({ status: 200 });

/** A success that has nothing to say. */
export const NO_CONTENT: Reply = Object.freeze({ status: 204 });

export function json(body: string): Reply {
  return { status: 200, headers: JSON_HEADERS, body };
}

/** JSON that may be as old as said, as the store can't be asked now; 0 for what is right now. */
export function staleJson(body: string, staleMs: number): Reply {
  if (staleMs === 0) return json(body);
  const headers = { ...JSON_HEADERS, [STALE_HEADER]: String(staleMs) };
  return { status: 200, headers, body };
}

/** How long ago an answer may have been overtaken, ms. There is none in an answer that is right now. */
const STALE_HEADER = 'porchlight-stale-ms';

export const JSON_TYPE =
  'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8';

export const JSON_HEADERS = Object.freeze({ 'content-type': JSON_TYPE });
