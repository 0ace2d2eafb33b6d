/** Whether a notification carries the secret by which it is known to be meant for us. */
export type ClientStateCheck = 'ok' | 'wrong' | 'missing';

/** Somebody's presence changed. */
export interface Change {
  readonly event: 'change';
  readonly subscriptionId: string;
  readonly clientState: ClientStateCheck;
  readonly userId: string;
  /** The name that was subscribed to, where it is known, else the id. */
  readonly user: string;
  /** What was decrypted; undefined in a notification without resource data. */
  readonly presence?: Readonly<Record<string, unknown>>;
  /** Why resource data couldn't be decrypted. */
  readonly unreadable?: string;
}

/** Graph's notice about a subscription itself. */
export interface Lifecycle {
  readonly event: 'lifecycle';
  readonly subscriptionId: string;
  readonly clientState: ClientStateCheck;
  readonly lifecycleEvent: string;
}

/** What `porchlight listen` tells, one line each. */
export type ListenEvent =
  | {
      readonly event: 'listening';
      readonly url: string;
      readonly body?: string;
      readonly curl?: string;
    }
  | { readonly event: 'handshake'; readonly path: string }
  | {
      readonly event: 'subscribed' | 'renewed';
      readonly subscriptionId: string;
      readonly until: string;
    }
  | { readonly event: 'reauthorized' | 'unsubscribed'; readonly subscriptionId: string }
  | {
      readonly event: 'refused';
      readonly path: string;
      readonly status: number;
      readonly reason: string;
    }
  | { readonly event: 'problem'; readonly message: string }
  | Change
  | Lifecycle;

export type Tell = (event: ListenEvent) => void;
