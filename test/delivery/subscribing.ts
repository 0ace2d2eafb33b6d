import { setTimeout as after } from 'node:timers/promises';
import type { EncryptionCertificate } from '../../src/auth/dev-certificates/encryption-certificate.ts';
import type { DeliveryMode, Scope } from '../../src/subscriptions/subscription.ts';

const DAY_MS = 86_400_000;
const LIFETIME_MS = 6.5 * DAY_MS;
const PATIENCE_MS = 5000;
const LOOK_AGAIN_MS = 100;
export const CERTIFICATE_ID = 'the only one';
export const CLIENT_STATE = 'known to both';

/** By these a receiver can tell which change it is. */
const SELECT = '$select=availability,activity,sequenceNumber';

/** A subscription that is to be made. */
export interface Wish {
  /** Where it is sent, below the receiver's address. */
  readonly path: string;
  readonly resource: string;
  readonly scope: Scope;
  readonly delivery: DeliveryMode;
  /** With resource data. */
  readonly isRich: boolean;
}

/** A subscription that was made. */
export interface Made extends Wish {
  readonly id: string;
  /** By the server's clock, or a little later: when its 201 was there. 0 for before all changes. */
  readonly promisedMs: number;
}

/** Who subscribes, and where. */
export interface Subscriber {
  /** Of the receiver. */
  readonly origin: string;
  readonly token: string;
  readonly encryption: EncryptionCertificate;
}

const several = (userIds: readonly string[]) => {
  const ids = userIds.map((id) => `'${id}'`).join(',');
  return `communications/presences?$filter=id in (${ids})&${SELECT}`;
};

/** One of each kind; two share an address. */
export function wishes(userIds: readonly string[]): readonly Wish[] {
  const some = userIds.slice(0, 7);
  const others = userIds.slice(4);
  const one = userIds.slice(5, 6);
  const everyone = { scope: 'tenant', isRich: true } as const;
  return [
    { path: '/some', resource: several(some), scope: some, delivery: 'latest', isRich: true },
    { path: '/others', resource: several(others), scope: others, delivery: 'each', isRich: true },
    {
      ...everyone,
      path: '/shared',
      resource: `communications/presences?${SELECT}`,
      delivery: 'each',
    },
    {
      path: '/shared',
      resource: `users/${one[0]}/presence?${SELECT}`,
      scope: one,
      delivery: 'latest',
      isRich: true,
    },
    {
      path: '/plain',
      resource: 'communications/presences',
      scope: 'tenant',
      delivery: 'each',
      isRich: false,
    },
  ];
}

/** One more, for later. */
export const LATE_WISH: Wish = {
  path: '/late',
  resource: `communications/presences?${SELECT}`,
  scope: 'tenant',
  delivery: 'latest',
  isRich: true,
};

/** One that ends as soon as it is made. */
export const briefWish = (userId: string): Omit<Wish, 'path'> => ({
  resource: `users/${userId}/presence`,
  scope: [userId],
  delivery: 'latest',
  isRich: false,
});

/** Resolves with the id once the server has said 201. */
export async function subscribe(
  server: string,
  { origin, token, encryption }: Subscriber,
  { path, resource, delivery, isRich }: Wish,
  nowMs: number,
): Promise<string> {
  const answer = await call<{ id: string }>('POST', `${server}/v1.0/subscriptions`, token, 201, {
    changeType: 'updated',
    notificationUrl: origin + path,
    lifecycleNotificationUrl: `${origin}/lifecycle`,
    resource,
    expirationDateTime: new Date(nowMs + LIFETIME_MS).toISOString(),
    clientState: CLIENT_STATE,
    '@porchlight.delivery': delivery,
    ...(isRich && {
      includeResourceData: true,
      encryptionCertificate: encryption.certificate,
      encryptionCertificateId: CERTIFICATE_ID,
    }),
  });
  return answer?.id ?? '';
}

/** Renews it, or moves it to another path of the receiver. */
export async function change(
  server: string,
  { origin, token }: Subscriber,
  id: string,
  to: { readonly nowMs: number } | { readonly path: string },
): Promise<void> {
  const body =
    'path' in to
      ? { notificationUrl: origin + to.path }
      : { expirationDateTime: new Date(to.nowMs + LIFETIME_MS).toISOString() };
  await call('PATCH', `${server}/v1.0/subscriptions/${id}`, token, 200, body);
}

export async function unsubscribe(
  server: string,
  { token }: Subscriber,
  id: string,
): Promise<void> {
  await call('DELETE', `${server}/v1.0/subscriptions/${id}`, token, 204);
}

async function call<Answer>(
  method: string,
  url: string,
  token: string,
  expected: number,
  body?: object,
  patienceMs = PATIENCE_MS,
): Promise<Answer | undefined> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  // The store is away for a moment; nothing was changed.
  if (response.status === 503 && patienceMs > 0) {
    await after(LOOK_AGAIN_MS);
    return call(method, url, token, expected, body, patienceMs - LOOK_AGAIN_MS);
  }
  if (response.status !== expected) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return text === '' ? undefined : (JSON.parse(text) as Answer);
}
