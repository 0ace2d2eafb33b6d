import type { TObject } from 'typebox';
import type { Caller } from '../auth/caller.ts';
import type { Access } from '../auth/permissions.ts';
import type { Version } from '../graph/path.ts';

/** What a route answers. `body` is JSON text already, or whatever `content-type` says. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One authorized, well-formed request, as a handler gets it. */
export interface Call {
  readonly caller: Caller;
  readonly version: Version;
  /** Object id of the user the path is about; the caller's own id where it is about nobody. */
  readonly userId: string;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: URLSearchParams;
  /** Fits the route's schema; undefined where the request had no body. */
  readonly body: unknown;
  /** `https://host`, for the addresses in an answer. */
  readonly origin: string;
}

/** An operation of the API, as data: what documents, tests and the dispatcher know of it. */
export interface Route {
  /** Graph's name of the operation. */
  readonly operation: string;
  readonly summary: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the version; `:user` is an object id or user principal name. `/me` needs no `:user`. */
  readonly paths: readonly string[];
  readonly access: Access;
  /** Shape of the body; without one, the operation takes none (an empty object is let pass). */
  readonly body?: TObject;
  /** Shape of a 200's body; without one it is empty. */
  readonly result?: TObject;
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

export function json(body: string): Reply {
  return { status: 200, headers: JSON_HEADERS, body };
}

export const JSON_TYPE =
  'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8';

export const JSON_HEADERS = Object.freeze({ 'content-type': JSON_TYPE });
