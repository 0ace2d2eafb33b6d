/** Errors that may be ordered, as a gateway or a service behind it gives them. */
export const FAULT_STATUSES = [429, 500, 502, 503, 504] as const;

export type FaultStatus = (typeof FAULT_STATUSES)[number];

/** What happens to a request. */
export type RequestFault =
  | {
      readonly kind: 'error';
      readonly status: FaultStatus;
      /** Whole seconds; null for no such header. */
      readonly retryAfterS: number | null;
      /** Whether the operation is carried out all the same, and only its answer is lost. */
      readonly isCarriedOut: boolean;
    }
  /** The connection is closed without an answer. */
  | { readonly kind: 'drop'; readonly isCarriedOut: boolean }
  /** It waits, and what comes after this rule decides what becomes of it. */
  | { readonly kind: 'latency'; readonly latencyMs: number };

/** What happens to a change notification. */
export type NotificationFault =
  /** Counted as delivered and never sent; or counted as lost, and announced as missed. */
  | { readonly kind: 'lose'; readonly isAnnounced: boolean }
  /** It comes once more, by itself, so much later. */
  | { readonly kind: 'duplicate'; readonly afterMs: number }
  /** It comes late. What follows it for the same subscription waits too, unless it may overtake. */
  | { readonly kind: 'delay'; readonly delayMs: number; readonly isOvertaken: boolean };

/** A subscription ends, as if its time were over. */
export interface Expiry {
  readonly kind: 'expire';
  /** When a request is about it or a notification is for it; else at once. */
  readonly isWhenTouched: boolean;
  /** Whether its lifecycle address is told. */
  readonly isAnnounced: boolean;
}

export type Fault = RequestFault | NotificationFault | Expiry;

export const FAULT_KINDS = [
  'error',
  'drop',
  'latency',
  'lose',
  'duplicate',
  'delay',
  'expire',
] as const satisfies readonly Fault['kind'][];
