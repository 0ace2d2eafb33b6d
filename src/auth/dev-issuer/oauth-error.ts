/** Error codes of RFC 6749, section 5.2, and the two Entra adds. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'invalid_tenant';

/** A token request that is refused; answered in OAuth's form, not in Graph's. */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode;
  readonly status: number;

  constructor(
    code: OAuthErrorCode,
    message: string,
    status = code === 'invalid_client' ? 401 : 400,
  ) {
    super(message);
    this.name = 'OAuthError';
    this.code = code;
    this.status = status;
  }
}

export interface OAuthErrorBody {
  readonly error: string;
  readonly error_description: string;
  readonly error_codes: readonly number[];
  readonly timestamp: string;
  readonly trace_id: string;
  readonly correlation_id: string;
}

/** The reply's body, in the form Entra gives it. */
export function oauthErrorBody(
  error: { readonly code: string; readonly message: string },
  nowMs: number,
  { traceId, correlationId }: { readonly traceId: string; readonly correlationId: string },
): OAuthErrorBody {
  return {
    error: error.code,
    error_description: error.message,
    error_codes: [],
    timestamp: `${new Date(nowMs).toISOString().slice(0, 19).replace('T', ' ')}Z`,
    trace_id: traceId,
    correlation_id: correlationId,
  };
}
