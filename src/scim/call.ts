import type { IncomingHttpHeaders } from 'node:http';
import type { Resource } from './selection.ts';

/** One request of a provisioning client that may do this. */
export interface ScimCall {
  /** All it reaches lies in this tenant. */
  readonly tenantId: string;
  /** What stands in the place of `:id` in the path. */
  readonly id: string;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
  /** `https://host/scim/v2`, for the addresses in an answer. */
  readonly base: string;
  /** Of the request; names in lower case. */
  readonly headers: IncomingHttpHeaders;
}

export interface ScimReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Resource;
}

/** An operation, as data. */
export interface ScimRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/scim/v2`; `:id` is any one segment. */
  readonly path: string;
  handle(call: ScimCall): Promise<ScimReply>;
}

export const NO_CONTENT: ScimReply = Object.freeze({ status: 204 });
