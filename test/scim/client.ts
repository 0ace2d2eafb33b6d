import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import type { ServedDirectory } from '../../src/directory/directory.ts';
import { openDirectory } from '../../src/directory/open.ts';
import {
  createVisibility,
  type TenantVisibility,
  type Visibility,
} from '../../src/presence/visibility.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { PresenceStore } from '../../src/store/store.ts';
import { startNotified } from '../wire/notified.ts';
import {
  OTHER_TENANT,
  type PorchlightOptions,
  START,
  startPorchlight,
  TENANT,
} from '../wire/porchlight.ts';

export const SECRET = 'a-secret-of-contoso';
export const OTHER_SECRET = 'a-secret-of-fabrikam';

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

export interface ScimAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a body is whatever the test expects of it
  readonly body: any;
}

const secretOf = (tenantId: string, secret: string) => ({
  tenantId,
  tokenSha256: createHash('sha256').update(secret).digest('hex'),
});

export interface ScimOptions {
  readonly store?: PresenceStore;
  readonly clock?: ManualClock;
  /** Who sees whom, by the groups that are provisioned. */
  readonly visibility?: ReadonlyMap<string, TenantVisibility>;
  readonly more?: PorchlightOptions;
}

const quiet = { info() {}, warn() {}, error() {} } as never;

async function options({
  store = openMemoryStore(),
  clock = new ManualClock(START),
  more = {},
  visibility,
}: ScimOptions) {
  const directory = await openDirectory({
    mode: 'scim',
    tenants: [TENANT, OTHER_TENANT],
    documents: store.documents,
    steadyClock: clock,
    log: quiet,
  });
  return {
    ...more,
    directory,
    clock,
    provisioning: [secretOf(TENANT, SECRET), secretOf(OTHER_TENANT, OTHER_SECRET)],
    parts: {
      store,
      ...(visibility && { visibility: visibilityBy(visibility, directory) }),
      ...more.parts,
    },
  };
}

/** As `porchlight serve` does it. */
function visibilityBy(
  rules: ReadonlyMap<string, TenantVisibility>,
  directory: ServedDirectory,
): Visibility {
  return createVisibility(rules, (tenantId, userId) => {
    const groups = directory.user(tenantId, userId)?.groups ?? [];
    return directory.groups?.namesAndIds(tenantId, groups) ?? groups;
  });
}

/** The whole server in mode scim, and a provisioning client of Contoso. */
export async function startScim(given: ScimOptions = {}) {
  return withClient(await startPorchlight(await options(given)));
}

/** As `startScim`, with a receiver of notifications. */
export async function startScimNotified(given: ScimOptions = {}) {
  return withClient(await startNotified(await options(given)));
}

function withClient<T extends { readonly origin: string }>(porchlight: T) {
  async function scim(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ScimAnswer> {
    const response = await fetch(`${porchlight.origin}/scim/v2${path}`, {
      method,
      headers: {
        authorization: `Bearer ${SECRET}`,
        ...(body !== undefined && { 'content-type': 'application/scim+json; charset=utf-8' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (text !== '') {
      expect(response.headers.get('content-type')).toMatch(/^application\/scim\+json/);
    }
    const { status, headers: fields } = response;
    return { status, headers: fields, text, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** Makes a user, and gives back how they are shown. */
  async function create(userName: string, more: object = {}) {
    const answer = await scim('POST', '/Users', {
      schemas: [USER_SCHEMA],
      userName,
      active: true,
      ...more,
    });
    expect(answer.status, answer.text).toBe(201);
    return answer.body;
  }

  return { ...porchlight, scim, create };
}

export type ScimServer = Awaited<ReturnType<typeof startScim>>;

/** Expects SCIM's envelope, whole, and gives back its detail. */
export function expectScimError(answer: ScimAnswer, status: number, scimType?: string): string {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.body).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    ...(scimType !== undefined && { scimType }),
    detail: expect.stringMatching(/\S/),
  });
  return answer.body.detail;
}

/** The body of a PATCH. */
export function patch(...Operations: readonly object[]): object {
  return { schemas: [PATCH_OP], Operations };
}

export function filtered(filter: string): string {
  return `filter=${encodeURIComponent(filter)}`;
}
