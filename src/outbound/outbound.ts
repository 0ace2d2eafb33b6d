/** A request to an address that somebody outside gave us. */
export interface OutboundRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /**
   * For everything, from looking the name up to the last byte of the reply; and as long again for a place
   * among the requests to one host that may be under way.
   */
  readonly timeoutMs: number;
  /** A longer reply is cut off here and counts as failed. */
  readonly maxReplyBytes: number;
  /** Headers of the reply that are of interest, in lower case. */
  readonly wantedHeaders?: readonly string[];
  /** The reply is given as `bytes`: whoever sent it chose the encoding. */
  readonly wantsBytes?: boolean;
}

/** What became of it. `elapsedMs` is of a clock that never steps, from when its turn came. */
export type OutboundResult =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly contentType: string;
      /** Those wanted, as far as they are there. */
      readonly headers?: Readonly<Record<string, string>>;
      /** Read as UTF-8; empty where `bytes` were wanted. */
      readonly body: string;
      /** Only where wanted. */
      readonly bytes?: Uint8Array<ArrayBuffer>;
      readonly elapsedMs: number;
    }
  | {
      readonly kind: 'failed';
      /**
       * `forbidden`: the address may not be reached, and no connection was tried. `busy`: too much was
       * under way already, and nothing was tried.
       */
      readonly code:
        | 'busy'
        | 'forbidden'
        | 'timeout'
        | 'unreachable'
        | 'tls'
        | 'malformed'
        | 'too large';
      /** In words; holds neither the URL's query nor anything that was sent. */
      readonly reason: string;
      readonly elapsedMs: number;
    };

/** Reaches out to receivers and feeds, and to nothing that is none of their business. */
export interface Outbound {
  /** Sends, whatever the answer; never rejects. Redirects are answers like any other. */
  send(request: OutboundRequest): Promise<OutboundResult>;
  /** Why a URL could never be sent to (scheme, credentials, forbidden address); undefined if it may. */
  refusal(url: string): string | undefined;
  /** Hangs up every connection. */
  close(): void;
}
