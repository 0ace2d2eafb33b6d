import { generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import pino from 'pino';
import { expect } from 'vitest';
import type { TrustedIssuer } from '../../src/auth/trusted-issuer.ts';
import { ManualClock } from '../../src/clock.ts';
import type { ServedDirectory } from '../../src/directory/directory.ts';
import { createDirectory } from '../../src/directory/fixed.ts';
import { isGuid } from '../../src/graph/guid.ts';
import type { Profile } from '../../src/graph/settable.ts';
import type { Cors } from '../../src/http/cors.ts';
import type { ArrivalLimits } from '../../src/http/listen.ts';
import type { DeliveryTerms } from '../../src/notifications/terms.ts';
import { openServer, type Server, type ServerConfig, type ServerParts } from '../../src/server.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { FEED_START, type PresenceStore, type UserKey } from '../../src/store/store.ts';
import type { VirtualClock } from '../../src/time/virtual-clock.ts';
import { trapOutbound } from '../subscriptions/receiver.ts';

export const TENANT = '11111111-0000-4000-8000-000000000001';
export const OTHER_TENANT = '22222222-0000-4000-8000-000000000002';
/** The user of the documents' examples, and their own name in the directory. */
export const USER = 'fa8bf3dc-eca7-46b7-bad1-db199b62afc3';
export const USER_NAME = 'mira@contoso.example';
export const COLLEAGUE = '66825e03-7ef5-42da-9069-724602c31f6b';
/** Nobody's id. */
export const STRANGER = '99999999-0000-4000-8000-000000000009';
/** The application of the documents' examples. */
export const APP = '22553876-f5ab-4529-bffb-cfe50aa89f87';
export const OTHER_APP = '5e6b1c8a-3a7b-4a0e-9a38-1d4c6a1f0b11';
export const AUDIENCE = 'https://graph.microsoft.com';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A Saturday morning: where the clock of a wire test stands at first. */
export const START = Date.parse('2026-11-21T09:00:00Z');

const keys = await generateKeyPair('ES256');
const strangersKeys = await generateKeyPair('ES256');

const issuerOf = (tenantId: string) => `https://issuer.example/${tenantId}/v2.0`;

function trust(tenantId: string): TrustedIssuer {
  return {
    name: issuerOf(tenantId),
    tenantId,
    audiences: [AUDIENCE],
    matches: (iss) => iss === issuerOf(tenantId),
    keys: async () => keys.publicKey,
  };
}

/** What a token may do unless a test says otherwise, of either kind. */
const EVERYTHING = ['Presence.Read.All', 'Calendars.ReadWrite', 'MailboxSettings.ReadWrite'];

export interface TokenOptions {
  readonly tenant?: string;
  readonly app?: string;
  /** Makes it a delegated token. */
  readonly user?: string;
  /** Delegated or application permissions, by kind of token. */
  readonly permissions?: readonly string[];
  readonly claims?: JWTPayload;
  /** Signs with a key that the issuer doesn't have. */
  readonly forged?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

export interface SendOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PorchlightOptions {
  readonly profile?: Profile;
  readonly strict?: boolean;
  readonly directory?: ServedDirectory;
  readonly limits?: ArrivalLimits;
  readonly publicOrigin?: string;
  readonly trustProxy?: boolean;
  readonly cors?: Cors;
  /** Where delivery is to be less patient than Graph, so that a test needn’t be as patient. */
  readonly delivery?: Partial<DeliveryTerms>;
  /** A second listener, for HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Goes on where another server over the same store stopped. */
  readonly clock?: ManualClock;
  /** Goes by this one instead. */
  readonly virtual?: VirtualClock;
  readonly provisioning?: NonNullable<ServerConfig['provisioning']>;
  readonly throttling?: NonNullable<ServerConfig['throttling']>;
  /** Whether faults can be ordered, as in the dev server. */
  readonly faults?: boolean;
  readonly historyMs?: NonNullable<ServerConfig['historyMs']>;
  readonly parts?: Partial<ServerParts>;
}

export const EXAMPLE_DIRECTORY = createDirectory(
  'open',
  new Map([[TENANT, [{ id: USER, userPrincipalName: USER_NAME }, { id: COLLEAGUE }]]]),
);

/** The whole server on a port of its own, with a clock that stands still and an issuer that tests hold. */
export async function startPorchlight({
  profile = 'graph',
  strict = false,
  directory = EXAMPLE_DIRECTORY,
  limits,
  publicOrigin,
  trustProxy = false,
  cors,
  delivery,
  tls,
  clock = new ManualClock(START),
  virtual,
  provisioning,
  throttling,
  faults = false,
  historyMs,
  parts = {},
}: PorchlightOptions = {}) {
  const store = strictAboutIds(openMemoryStore());
  const logged: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => logged.push(line) });
  const server: Server = await openServer(
    {
      profile,
      strict,
      listeners: [
        { host: '127.0.0.1', port: 0, ...(limits && { limits }) },
        ...(tls === undefined ? [] : [{ host: '127.0.0.1', port: 0, tls }]),
      ],
      trustProxy,
      ...(publicOrigin !== undefined && { publicOrigin }),
      ...(cors !== undefined && { cors }),
      ...(delivery !== undefined && { delivery }),
      ...(provisioning !== undefined && { provisioning }),
      ...(throttling !== undefined && { throttling }),
      faults,
      ...(historyMs !== undefined && { historyMs }),
      feedRetentionMs: 7 * DAY_MS,
    },
    {
      store,
      clock: virtual ?? clock,
      // What looks once a second looks when a test moves the clock.
      steadyClock: clock,
      directory,
      log,
      issuers: [trust(TENANT), trust(OTHER_TENANT)],
      outbound: trapOutbound(),
      validationTokens: () => ({ tokenFor: async () => 'signed elsewhere' }),
      ...parts,
    },
  );
  const [origin = '', secure = ''] = server.origins;

  async function token({
    tenant = TENANT,
    app = APP,
    user,
    permissions,
    claims = {},
    forged = false,
  }: TokenOptions = {}): Promise<string> {
    const nowS = Math.floor((virtual ?? clock).nowMs() / 1000);
    const granted =
      user === undefined
        ? { roles: permissions ?? [...EVERYTHING, 'Presence.ReadWrite.All'] }
        : {
            oid: user,
            scp: (permissions ?? [...EVERYTHING, 'Presence.ReadWrite']).join(' '),
          };
    const payload = { tid: tenant, azp: app, ...granted, iss: issuerOf(tenant), aud: AUDIENCE };
    return new SignJWT({ ...payload, iat: nowS, nbf: nowS, exp: nowS + 86_400, ...claims })
      .setProtectedHeader({ alg: 'ES256' })
      .sign(forged ? strangersKeys.privateKey : keys.privateKey);
  }

  async function send(method: string, path: string, options: SendOptions = {}): Promise<Answer> {
    const { token: bearer, body, headers = {} } = options;
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: {
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text !== '' ? JSON.parse(text) : undefined,
    };
  }

  /** A client with a token of its own, renewed as the clock moves. */
  function as(options: TokenOptions = {}) {
    const request =
      (method: string) =>
      async (path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) =>
        send(method, path, { token: await token(options), body, headers });
    return {
      get: (path: string, headers: Readonly<Record<string, string>> = {}) =>
        request('GET')(path, undefined, headers),
      post: request('POST'),
      put: request('PUT'),
      patch: request('PATCH'),
      delete: request('DELETE'),
    };
  }

  /**
   * A request as the documentation prints it: request line, headers, an empty line, the body. Its
   * documents call the service graph.microsoft.com, and leave the empty line out now and then.
   */
  async function asDocumented(text: string, options: TokenOptions = {}): Promise<Answer> {
    const lines = text.split('\n').map((line) => line.trim());
    const first = lines.findIndex((line) => line !== '');
    const [method = '', url = ''] = (lines[first] ?? '').split(' ');
    const rest = lines.slice(first + 1);
    const bodyAt = rest.findIndex((line) => line === '' || line.startsWith('{'));
    const headers = rest.slice(0, bodyAt === -1 ? undefined : bodyAt).map((line) => {
      const [name = '', value = ''] = line.split(/: */);
      return [name.toLowerCase(), value] as const;
    });
    const body = bodyAt === -1 ? '' : rest.slice(bodyAt).join('\n').trim();
    return send(method, url.replace('https://graph.microsoft.com', ''), {
      token: await token(options),
      headers: Object.fromEntries(headers.filter(([name]) => name !== '')),
      ...(body !== '' && { body }),
    });
  }

  /** What an application of the tenant sees of a user: `Busy/InACall`. */
  async function shown(userId = USER, tenant = TENANT): Promise<string> {
    const { body, status, text } = await as({ tenant }).get(`/v1.0/users/${userId}/presence`);
    if (status === 404) return 'nobody';
    expect(status, text).toBe(200);
    const { availability, activity } = body as { availability: string; activity: string };
    return `${availability}/${activity}`;
  }

  /** All that is kept: to see that a refused request left nothing behind. */
  async function kept(): Promise<string> {
    const users = [USER, COLLEAGUE, STRANGER];
    const records = await Promise.all(
      [TENANT, OTHER_TENANT].map((tenantId) => store.read(tenantId, users)),
    );
    return JSON.stringify([records, await store.feed(0, FEED_START, 100_000)]);
  }

  return {
    server,
    origin,
    /** Of the listener for HTTPS, by the name in its certificate. */
    secureOrigin: secure.replace('127.0.0.1', 'localhost'),
    clock,
    store,
    logged,
    token,
    send,
    as,
    asDocumented,
    shown,
    kept,
    close: () => server.close(),
  };
}

export type Porchlight = Awaited<ReturnType<typeof startPorchlight>>;

/** A body that sets the session of the documents' application. */
export function session(pair: string, expirationDuration?: string, sessionId = APP): object {
  return { sessionId, ...preferred(pair, expirationDuration) };
}

/** The body of setUserPreferredPresence, and of the legacy routes. */
export function preferred(pair: string, expirationDuration?: string): object {
  const [availability, activity] = pair.split('/');
  return {
    availability,
    activity,
    ...(expirationDuration !== undefined && { expirationDuration }),
  };
}

/** Expects Graph's error envelope, whole, and gives back its message. */
export function expectError(answer: Answer, status: number, code: string): string {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  const { error } = answer.body as { error: { code: string; message: string } };
  expect(answer.body).toEqual({
    error: {
      code,
      message: expect.stringMatching(/\S/),
      innerError: {
        date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
        'request-id': answer.headers.get('request-id'),
        'client-request-id': answer.headers.get('client-request-id'),
      },
    },
  });
  return error.message;
}

/**
 * The reference store takes any text for an id; others take GUIDs alone, as the contract says. Here
 * whatever isn't one fails as it would there.
 */
function strictAboutIds(store: PresenceStore): PresenceStore {
  const mustBeGuids = (...ids: readonly string[]) => {
    const wrong = ids.find((id) => !isGuid(id) || id !== id.toLowerCase());
    if (wrong !== undefined) throw new TypeError(`${JSON.stringify(wrong)} is no lower-case GUID`);
  };
  return {
    ...store,
    async read(tenantId, userIds) {
      mustBeGuids(tenantId, ...userIds);
      return store.read(tenantId, userIds);
    },
    async update(user: UserKey, nowMs, step) {
      mustBeGuids(user.tenantId, user.userId);
      return store.update(user, nowMs, step);
    },
  };
}
