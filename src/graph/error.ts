/** The codes of Graph's error envelope that Porchlight answers with. */
export type GraphErrorCode =
  | 'BadGateway'
  | 'BadRequest'
  | 'Conflict'
  | 'ErrorDuplicateTransactionId'
  | 'ErrorInvalidRequest'
  | 'ErrorIrresolvableConflict'
  | 'ErrorItemNotFound'
  | 'ExtensionError'
  | 'FailedDependency'
  | 'Forbidden'
  | 'GatewayTimeout'
  | 'ImageNotFound'
  | 'InternalServerError'
  | 'InvalidArgument'
  | 'InvalidAuthenticationToken'
  | 'MethodNotAllowed'
  | 'NotFound'
  | 'PayloadTooLarge'
  | 'RequestTimeout'
  | 'Request_ResourceNotFound'
  | 'Request_UnsupportedQuery'
  | 'RequestHeaderFieldsTooLarge'
  | 'ServiceUnavailable'
  | 'SyncStateNotFound'
  | 'TooManyRequests'
  | 'Unauthorized'
  | 'UnsupportedMediaType'
  | 'ValidationError';

/** What a caller is told went wrong. The message names the field, and the values it may have. */
export class GraphError extends Error {
  readonly status: number;
  readonly code: GraphErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: GraphErrorCode,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'GraphError';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** A field of the request that isn't as it must be: 400. */
export function invalidArgument(message: string): GraphError {
  return new GraphError(400, 'InvalidArgument', message);
}

/** A user that the tenant doesn't know, by id or name: 404. */
export function userNotFound(user: string): GraphError {
  return new GraphError(404, 'NotFound', `User '${user}' was not found.`);
}

/** Who asked, as the envelope repeats it for support. */
export interface RequestIds {
  readonly requestId: string;
  readonly clientRequestId: string;
}

/** Graph's error envelope. `date` is UTC and carries no zone, as the real service writes it. */
export function errorBody(error: GraphError, ids: RequestIds, nowMs: number): object {
  return {
    error: {
      code: error.code,
      message: error.message,
      innerError: {
        date: new Date(nowMs).toISOString().slice(0, 19),
        'request-id': ids.requestId,
        'client-request-id': ids.clientRequestId,
      },
    },
  };
}
