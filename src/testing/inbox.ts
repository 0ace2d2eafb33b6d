/**
 * A receiver of notifications inside the process: no socket, no port. It answers validation as Graph asks, takes
 * what is posted to its address, and keeps it.
 */
export interface Inbox {
  readonly name: string;
  /**
   * Subscribe with this as `notificationUrl` or `lifecycleNotificationUrl`, or with anything below it. It exists
   * nowhere but in this server: `https://inbox.porchlight.test/…`.
   */
  readonly url: string;
  /** The change notifications that were accepted, in the order in which they came; the newest 10,000. */
  readonly received: readonly ChangeNotification[];
  /** The lifecycle notifications that were accepted, likewise. */
  readonly lifecycle: readonly LifecycleNotification[];
  /** Every POST of notifications, also those that were not accepted; the newest 10,000. */
  readonly deliveries: readonly Delivery[];
  /**
   * The next change notification that `next` has not given yet: at once if it is there, else when it comes.
   * Rejects after `timeoutMs` of real time, 5,000 by default, with a sentence that says what was received.
   */
  next(options?: { readonly timeoutMs?: number }): Promise<ChangeNotification>;
  /** As `next`, of lifecycle notifications. */
  nextLifecycle(options?: { readonly timeoutMs?: number }): Promise<LifecycleNotification>;
  /**
   * From now on answers notifications with this status, or not at all; Porchlight repeats them as Graph does, by
   * the clock of the test. Validation is answered as before.
   * @param times how often; then they are accepted again. Always by default
   */
  fail(how: number | 'timeout' | 'unreachable', times?: number): void;
  /** From now on asks `responder` what to answer, also to validation; what it has no answer to, is accepted. */
  respond(responder: Responder): void;
  /** Accepts notifications again. */
  recover(): void;
  /** Forgets what was received. */
  clear(): void;
  /** For `encryptionCertificate` of a subscription: base64 of DER. Made when it is first asked for, in 0.1 s or so. */
  readonly encryptionCertificate: string;
  /** For `encryptionCertificateId` of a subscription. */
  readonly encryptionCertificateId: string;
  /**
   * The presence in a notification whose subscription has the certificate above, as Graph encrypts it.
   * @throws Error where there is none, or it is not encrypted for this certificate
   */
  decrypt(notification: ChangeNotification): Readonly<Record<string, unknown>>;
}

/** An item of a change notification. */
export interface ChangeNotification {
  /** What the clock of the test showed. */
  readonly receivedAt: Date;
  readonly subscriptionId: string;
  readonly clientState: string | null;
  /** Whose presence changed. */
  readonly userId: string;
  /** The item, as Graph sends it. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** An item of a lifecycle notification. */
export interface LifecycleNotification {
  /** What the clock of the test showed. */
  readonly receivedAt: Date;
  readonly subscriptionId: string;
  readonly clientState: string | null;
  /** `missed`, `reauthorizationRequired` or `subscriptionRemoved`. */
  readonly lifecycleEvent: string;
  /** The item, as Graph sends it. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A POST of notifications, and what the inbox made of it. */
export interface Delivery {
  /** What the clock of the test showed. */
  readonly receivedAt: Date;
  readonly kind: 'change' | 'lifecycle';
  /** The address, which may be below that of the inbox. */
  readonly url: string;
  /** How many items it had. */
  readonly items: number;
  readonly answer: number | 'timeout' | 'unreachable';
}

/** A request to an inbox. */
export interface InboxRequest {
  readonly kind: 'validation' | 'change' | 'lifecycle';
  readonly url: string;
  /** Of notifications, parsed: `{ value: [ … ] }`. */
  readonly body: unknown;
}

/** What an inbox answers: a status, `timeout` or `unreachable`, or more. */
export type InboxAnswer =
  | number
  | 'timeout'
  | 'unreachable'
  | {
      readonly status: number;
      /** Names in lower case, such as `retry-after`. */
      readonly headers?: Readonly<Record<string, string>>;
      /** How long Porchlight is to believe that the answer took, ms; no time passes. */
      readonly tookMs?: number;
    };

/** Decides what an inbox answers; undefined where it has no opinion. */
export type Responder = (request: InboxRequest) => InboxAnswer | undefined;
