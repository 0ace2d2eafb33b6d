import type { IncomingMessage } from 'node:http';
import type { FastifyPluginAsync } from 'fastify';
import type { Logger } from 'pino';
import type { Caller } from './auth/caller.ts';
import type { TrustedIssuer } from './auth/trusted-issuer.ts';
import type { Clock } from './clock.ts';
import type { ServedDirectory } from './directory/directory.ts';
import type { CalendarSources } from './feeds/feeds.ts';
import type { Profile } from './graph/settable.ts';
import type { Throttling } from './graph/throttling.ts';
import type { HistoryRetention } from './history/retention.ts';
import type { Cors } from './http/cors.ts';
import type { Listener } from './http/ports.ts';
import type { Route } from './http/route.ts';
import type { Encryptor, ValidationTokens } from './notifications/encryptor.ts';
import type { DeliveryTerms } from './notifications/terms.ts';
import type { Outbound } from './outbound/outbound.ts';
import type { Visibility } from './presence/visibility.ts';
import type { Randomness } from './random.ts';
import type { ProvisioningSecret } from './scim/access.ts';
import type { PresenceStore } from './store/store.ts';
import type { UsageRecord } from './usage/record.ts';

/** What the server is told. */
export interface ServerConfig {
  readonly profile: Profile;
  /** What Graph hasn't is an error, in either profile. */
  readonly strict?: boolean;
  /** Where to listen; port 0 lets the system choose. */
  readonly listeners: readonly Listener[];
  /** `https://host` by which clients know the server; else each request's own. */
  readonly publicOrigin?: string;
  readonly trustProxy: boolean;
  /**
   * Pages of which origins may call from a browser. All by default, as in Graph: a token travels in a
   * header that a foreign page hasn't got, and there are no cookies to guard.
   */
  readonly cors?: Cors;
  /** How long changes stay in the feed. */
  readonly feedRetentionMs: number;
  /** How long a tenant's changes are told of; as long as they stay in the feed by default. */
  readonly historyMs?: HistoryRetention;
  /** Where delivery is to be more or less patient than Graph. */
  readonly delivery?: Partial<DeliveryTerms>;
  /** What an application may ask in a tenant; as much as it likes by default. */
  readonly throttling?: Throttling;
  /** Whether faults can be ordered. */
  readonly faults?: boolean;
  /** What provisioning clients may show, where the directory is theirs to write. */
  readonly provisioning?: readonly ProvisioningSecret[];
}

/** What the server works with, handed in so that tests and simulations start the same program. */
export interface ServerParts {
  /** Closed by the server when it closes. */
  readonly store: PresenceStore;
  readonly clock: Clock;
  /** A clock that never steps; the machine's by default. */
  readonly steadyClock?: Clock;
  /** The machine's by default. */
  readonly randomness?: Randomness;
  readonly issuers: readonly TrustedIssuer[];
  /** By which issuers make tokens, where that isn't `clock`. */
  readonly tokenClock?: Clock;
  /** Stopped by the server when it closes. */
  readonly directory: ServedDirectory;
  /** Everyone sees everyone by default. */
  readonly visibility?: Visibility;
  readonly log: Logger;
  /** Reaches receivers of notifications. Closed by the server. */
  readonly outbound: Outbound;
  /** Encrypts resource data. Closed by the server; in this thread by default. */
  readonly encryptor?: Encryptor;
  /** Other people's calendars: where from, and who reads them. */
  readonly calendars?: CalendarSources;
  /** Signs for receivers of resource data that it comes from here, the server known at `origin`. */
  readonly validationTokens: (origin: () => string) => ValidationTokens;
  /** Who it is that steers the server without a token, if this request may; nobody by default. */
  readonly steward?: (request: IncomingMessage) => Caller | undefined;
  /** Further operations of our own. */
  readonly ownRoutes?: readonly Route[];
  /** Further addresses, such as the dev server's token issuer. */
  readonly plugins?: readonly FastifyPluginAsync[];
  /** Where it is noted what applications use; nowhere by default. */
  readonly usage?: UsageRecord;
  /** Why the server isn't ready beyond its store, if it isn't. */
  readonly whyNotReady?: () => Promise<string | undefined>;
}
