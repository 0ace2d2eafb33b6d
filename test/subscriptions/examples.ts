import type { Caller } from '../../src/auth/caller.ts';
import type { CreationRequest } from '../../src/subscriptions/rules/creation.ts';
import type { Subscription } from '../../src/subscriptions/subscription.ts';

export const MINUTE_MS = 60_000;
export const START_MS = Date.parse('2026-11-21T09:00:00Z');
export const TENANT = '11111111-0000-4000-8000-000000000001';
export const USER = 'fa8bf3dc-eca7-46b7-bad1-db199b62afc3';
export const COLLEAGUE = '66825e03-7ef5-42da-9069-724602c31f6b';
export const APP = '22553876-f5ab-4529-bffb-cfe50aa89f87';

/** A GUID that carries a number. */
export function guid(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** `2026-11-21T09:30:00.000Z` for 30. */
export function inMinutes(minutes: number, nowMs = START_MS): string {
  return new Date(nowMs + minutes * MINUTE_MS).toISOString();
}

/** A signed-in user with a token of a day. */
export function exampleCaller(changes: Partial<Caller> = {}): Caller {
  return {
    tenantId: TENANT,
    appId: APP,
    userId: USER,
    permissions: new Set(['Presence.Read.All']),
    expiresMs: START_MS + 24 * 60 * MINUTE_MS,
    ...changes,
  };
}

export function exampleRequest(changes: Partial<CreationRequest> = {}): CreationRequest {
  return {
    changeType: 'updated',
    notificationUrl: 'https://receiver.example/notifications',
    resource: `communications/presences/${COLLEAGUE}`,
    expirationDateTime: inMinutes(60),
    ...changes,
  };
}

export function exampleSubscription(changes: Partial<Subscription> = {}): Subscription {
  return {
    id: guid(1),
    tenantId: TENANT,
    appId: APP,
    userId: USER,
    resource: `communications/presences/${COLLEAGUE}`,
    scope: [COLLEAGUE],
    properties: ['id', 'availability', 'activity'],
    delivery: 'latest',
    clientState: null,
    notificationUrl: 'https://receiver.example/notifications',
    lifecycleNotificationUrl: 'https://receiver.example/lifecycle',
    createdMs: START_MS,
    renewedMs: START_MS,
    expiresMs: START_MS + 60 * MINUTE_MS,
    authorizedMs: START_MS,
    authorizedUntilMs: START_MS + 24 * 60 * MINUTE_MS,
    reauthorizationAskedForMs: 0,
    includeResourceData: false,
    encryptionCertificate: null,
    encryptionCertificateId: null,
    latestSupportedTlsVersion: 'v1_2',
    notificationQueryOptions: null,
    notificationUrlAppId: null,
    begins: 'here',
    ...changes,
  };
}
