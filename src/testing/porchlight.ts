import type { TestFaults } from './faults.ts';
import type { Inbox } from './inbox.ts';
import type { Journey } from './journey.ts';

/** What a test may ask of the Porchlight that it starts. All of it may be left out. */
export interface StartOptions {
  /**
   * The tenant, by domain or id, or in more words. The first of the example tenants by default; of one that is none
   * of these, what isn't said is as there.
   */
  readonly tenant?: string | TenantOptions;
  /**
   * Who is in it, by names such as `ada` or `ada@contoso.example`, or in more words; the example users by default.
   * A user's id follows from the name unless it is given. Whoever isn't listed exists too, by any object id.
   */
  readonly users?: readonly (string | UserOptions)[];
  /** What the clock shows; the machine's time by default. It stands still until the test moves it. */
  readonly now?: Date | string | number;
  /** `graph` refuses what Graph refuses, `extended` allows more; `graph` by default. */
  readonly profile?: 'graph' | 'extended';
  /** Decides what is left to chance, so that the same test meets the same ids and delays; 1 by default. */
  readonly seed?: number;
  /** Listens with HTTPS too, which Microsoft's clients insist on: see `clientOptions`. Not by default. */
  readonly https?: boolean;
}

/** A tenant of a test. */
export interface TenantOptions {
  /** A GUID. */
  readonly id?: string;
  /** Such as `contoso.example`. */
  readonly domain?: string;
  readonly displayName?: string;
  /** Its applications; the first is whose tokens are given where none is named. */
  readonly apps?: readonly App[];
}

/** An application of a tenant. */
export interface App {
  /** The client id, a GUID. */
  readonly appId: string;
  readonly displayName: string;
  /** Its application permissions; all there are for presence by default. */
  readonly roles?: string[];
}

/** A user of a test. */
export interface UserOptions {
  /** A name, or a name with its domain. */
  readonly userPrincipalName: string;
  /** Object id, a GUID; follows from the name by default. */
  readonly id?: string;
  readonly displayName?: string;
  readonly givenName?: string;
  readonly surname?: string;
  readonly mail?: string;
  readonly jobTitle?: string;
  readonly groups?: string[];
}

/** The tenant of a test. */
export interface Tenant {
  readonly id: string;
  readonly domain: string;
  /** Its applications; Graph wants the client id of the first as `sessionId` of a set with its token. */
  readonly apps: readonly App[];
  /** The client id of the first: whose tokens are given where none is named. */
  readonly appId: string;
}

/** A user that is known from the start. */
export interface User {
  /** Object id. */
  readonly id: string;
  readonly userPrincipalName: string;
  readonly displayName: string;
}

/** Whose token, and for what. */
export interface TokenOptions {
  /** The application, by client id or name; any GUID will do. The tenant's first one by default. */
  readonly app?: string;
  /**
   * Makes it a delegated token of this user, by object id or name (`ada`); any GUID will do. Without, it is the
   * application's own.
   */
  readonly user?: string;
  /** Delegated permissions with a user, else those of the application; all that presence needs by default. */
  readonly permissions?: readonly string[];
  /** ISO 8601 or ms, by the clock of the test; a negative one makes an expired token. `PT1H` by default. */
  readonly expiresIn?: string | number;
}

/** What `Client.initWithMiddleware` of `@microsoft/microsoft-graph-client` takes. */
export interface ClientOptions {
  readonly baseUrl: string;
  readonly customHosts: Set<string>;
  readonly authProvider: { getAccessToken(): Promise<string> };
  readonly fetchOptions: RequestInit;
}

/** All that a Porchlight held at a moment. */
export interface Snapshot {
  /** What the clock showed. */
  readonly takenAt: Date;
}

/** A presence server inside the process of a test. */
export interface Porchlight extends AsyncDisposable {
  /** Where it listens, `http://127.0.0.1:PORT`: Graph is below `/v1.0` and `/beta`. */
  readonly url: string;
  /** What to give Graph's clients for `https://graph.microsoft.com`: the address with HTTPS where there is one. */
  readonly graphUrl: string;
  /** The certificate authority to trust for `graphUrl`, PEM; undefined without `https`. */
  readonly ca: string | undefined;
  readonly tenant: Tenant;
  readonly users: readonly User[];
  /** A user by name (`ada`, `ada@contoso.example`) or object id. @throws GraphError naming those there are */
  user(name: string): User;
  /** A token that this server takes. Rejects naming the option that can't be. */
  token(options?: TokenOptions): Promise<string>;
  /**
   * Points Microsoft's unchanged client here: `Client.initWithMiddleware(porch.clientOptions({ user: 'ada' }))`. Gets
   * itself tokens as they are needed.
   * @throws Error without `https`: that client sends tokens over HTTPS alone
   */
  clientOptions(options?: TokenOptions): ClientOptions;
  /** What the clock shows. */
  readonly now: Date;
  /**
   * Moves the clock on, ISO 8601 (`PT5M`) or ms. Whatever is due on the way happens, each at its own instant: fades,
   * expirations, meetings, notifications and their repetitions. Resolves when the dust has settled, with what happened.
   */
  advance(by: string | number): Promise<Journey>;
  /** Sets the clock: forwards it is as `advance`; backwards nothing happens but what is due by then. */
  setClock(instant: Date | string | number): Promise<Journey>;
  /** Resolves when nothing is under way: what was changed has been notified, as far as receivers took it. */
  settled(): Promise<void>;
  /** What goes wrong because the test orders it. They are put back with a snapshot, as all else. */
  readonly faults: TestFaults;
  /** A receiver of notifications, made when it is first asked for: `porch.inbox().url` is its address. */
  inbox(name?: string): Inbox;
  /**
   * Marks this moment, for `restore`: presence, subscriptions, calendars, the clock, chance, inboxes. The server goes
   * on as if it was stopped here and started again, so connected streams end.
   */
  snapshot(): Promise<Snapshot>;
  /**
   * Puts everything back to a moment, as often as is wanted. Nothing of the time since is left, and no notification of
   * it comes any more. Wait for requests of your own first.
   */
  restore(snapshot: Snapshot): Promise<void>;
  /** Puts everything back to how it was just after the start. */
  reset(): Promise<void>;
  /** Ends it, and lets go of its ports. `await using` does the same. */
  close(): Promise<void>;
}
