import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify, { type InjectOptions, type LightMyRequestResponse } from 'fastify';
import { onTestFinished } from 'vitest';
import { createDevIssuer } from '../../../src/auth/dev-issuer/dev-issuer.ts';
import { readTenantFile } from '../../../src/auth/tenant-file.ts';
import { createVerifier, type TokenVerifier } from '../../../src/auth/verifier.ts';
import { ManualClock, type systemClock } from '../../../src/clock.ts';
import { atFileEnd } from '../../file-end.ts';
import { START_MS } from '../issuing.ts';

export const CONTOSO = '2f75e7fc-bf0b-44ac-82ef-9a2769953954';
export const FABRIKAM = 'fa1f282e-bfe9-41b1-88f2-5eb3ad83d1a2';
export const ADA = 'fa8bf3dc-eca7-46b7-bad1-db199b62afc3';
export const BRIDGE = '22553876-f5ab-4529-bffb-cfe50aa89f87';
export const WALLBOARD = 'b80288ba-3467-4024-91d0-166f19d83d4d';
export const ANYONE = '77777777-7777-4777-8777-777777777777';
export const GRAPH = 'https://graph.microsoft.com';

export const AS_APP = { grant_type: 'client_credentials', client_id: BRIDGE, client_secret: 's' };
export const AS_ADA = { grant_type: 'password', client_id: BRIDGE, username: ADA, password: 'p' };

export interface Running {
  readonly url: string;
  readonly verifier: TokenVerifier;
  /** Sends a request that fetch wouldn't. */
  inject(request: InjectOptions): Promise<LightMyRequestResponse>;
  /** Asks for a token as a form; `tenant` is the first part of the path. */
  ask(form: Record<string, string>, tenant?: string): Promise<{ status: number; body: Answer }>;
}
export type Answer = Record<string, string> & { readonly access_token: string };

export interface Start {
  readonly clock?: ManualClock | typeof systemClock;
  readonly dataDir?: string | null;
  readonly https?: { key: string; cert: string };
}

/** Making an RSA key takes a while; the tests that don't care share one. */
let sharedDir: string | undefined;
atFileEnd(() => {
  if (sharedDir !== undefined) rmSync(sharedDir, { recursive: true, force: true });
  sharedDir = undefined;
});

function shared(): string {
  sharedDir ??= mkdtempSync(join(tmpdir(), 'porchlight-issuer-'));
  return sharedDir;
}

/** A server with the dev issuer alone, until the end of the test. */
export async function start(options: Start = {}): Promise<Running> {
  const { clock = new ManualClock(START_MS), dataDir = shared(), https } = options;
  const tenants = await readTenantFile('examples/tenant.json');
  const { issuers, plugin } = await createDevIssuer({ dataDir, tenants, clock, randomUUID });
  const server = Fastify({ https: https ?? null });
  // As the API around it does: it reads bodies its own way.
  server.addContentTypeParser('*', (_request, _body, done) => done(null, undefined));
  await server.register(plugin);
  await server.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close());
  const { port } = server.server.address() as AddressInfo;
  const url = https === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  return {
    url,
    inject: (request) => server.inject(request),
    verifier: createVerifier({ issuers, clock }),
    async ask(form, tenant = CONTOSO) {
      const body = new URLSearchParams(form);
      const response = await fetch(`${url}/${tenant}/oauth2/v2.0/token`, { method: 'POST', body });
      return { status: response.status, body: (await response.json()) as Answer };
    },
  };
}
