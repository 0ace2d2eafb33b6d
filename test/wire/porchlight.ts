import { generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import pino from 'pino';
import type { TrustedIssuer } from '../../src/auth/trusted-issuer.ts';
import { ManualClock } from '../../src/clock.ts';
import type { Profile } from '../../src/graph/settable.ts';
import { createDirectory, type Directory } from '../../src/presence/directory.ts';
import { openServer, type Server, type ServerParts } from '../../src/server.ts';
import { openMemoryStore } from '../../src/store/memory.ts';

export const TENANT = '11111111-0000-4000-8000-000000000001';
export const OTHER_TENANT = '22222222-0000-4000-8000-000000000002';
export const USER = 'fa8bf3dc-eca7-46b7-bad1-db199b62afc3';
export const COLLEAGUE = '66825e03-7ef5-42da-9069-724602c31f6b';
export const STRANGER = '99999999-0000-4000-8000-000000000009';
export const APP = '22553876-f5ab-4529-bffb-cfe50aa89f87';
export const OTHER_APP = '5e6b1c8a-3a7b-4a0e-9a38-1d4c6a1f0b11';
export const AUDIENCE = 'https://graph.microsoft.com';

/** A Saturday morning: where the clock of a wire test stands at first. */
export const START = Date.parse('2026-11-21T09:00:00Z');

const keys = await generateKeyPair('ES256');

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

export interface TokenOptions {
  readonly tenant?: string;
  readonly app?: string;
  /** Makes it a delegated token. */
  readonly user?: string;
  /** Delegated or application permissions, by kind of token. */
  readonly permissions?: readonly string[];
  readonly claims?: JWTPayload;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

export interface PorchlightOptions {
  readonly profile?: Profile;
  readonly directory?: Directory;
  readonly parts?: Partial<ServerParts>;
}

/** The whole server on a port of its own, with a clock that stands still and an issuer that tests hold. */
export async function startPorchlight({
  profile = 'graph',
  directory = createDirectory('open', new Map([[TENANT, [{ id: USER, userPrincipalName: 'mira@contoso.example' }, { id: COLLEAGUE }]]])),
  parts = {},
}: PorchlightOptions = {}) {
  const clock = new ManualClock(START);
  const store = openMemoryStore();
  const logged: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => logged.push(line) });
  const server: Server = await openServer(
    {
      profile,
      listeners: [{ host: '127.0.0.1', port: 0 }],
      trustProxy: false,
      feedRetentionMs: 7 * 24 * 3_600_000,
    },
    { store, clock, directory, log, issuers: [trust(TENANT), trust(OTHER_TENANT)], ...parts },
  );
  const [origin = ''] = server.origins;

  async function token({
    tenant = TENANT,
    app = APP,
    user,
    permissions,
    claims = {},
  }: TokenOptions = {}): Promise<string> {
    const nowS = Math.floor(clock.nowMs() / 1000);
    const granted =
      user === undefined
        ? { roles: permissions ?? ['Presence.ReadWrite.All', 'Presence.Read.All'] }
        : { oid: user, scp: (permissions ?? ['Presence.ReadWrite', 'Presence.Read.All']).join(' ') };
    const payload = { tid: tenant, azp: app, ...granted, iss: issuerOf(tenant), aud: AUDIENCE };
    return new SignJWT({ ...payload, iat: nowS, nbf: nowS, exp: nowS + 86_400, ...claims })
      .setProtectedHeader({ alg: 'ES256' })
      .sign(keys.privateKey);
  }

  async function send(
    method: string,
    path: string,
    options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
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
      body: isJson ? JSON.parse(text) : undefined,
    };
  }

  return { server, origin, clock, store, logged, token, send, close: () => server.close() };
}

export type Porchlight = Awaited<ReturnType<typeof startPorchlight>>;
