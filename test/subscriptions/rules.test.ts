import { describe, expect, test } from 'vitest';
import { type CreationRequest, creationOf } from '../../src/subscriptions/rules/creation.ts';
import { dueMs, reauthorizationDueMs } from '../../src/subscriptions/rules/due.ts';
import { DELIVERY, type RuleTerms } from '../../src/subscriptions/rules/fields.ts';
import { type RenewalRequest, renewalOf } from '../../src/subscriptions/rules/renewal.ts';
import { exampleRequest, exampleSubscription, inMinutes, MINUTE_MS, START_MS } from './examples.ts';
import { additionsIn } from './in-profile.ts';

const GRAPH: RuleTerms = {
  nowMs: START_MS,
  additions: additionsIn('graph'),
  refusal: (url) => (url.startsWith('https://') ? undefined : 'only https is sent to'),
  checkCertificate: (certificate) =>
    certificate === 'good' ? undefined : 'encryptionCertificate is not base64.',
};
const EXTENDED: RuleTerms = { ...GRAPH, additions: additionsIn('extended') };
const DAY_MINUTES = 24 * 60;

const create = (changes: Partial<CreationRequest>, terms = GRAPH) =>
  creationOf(exampleRequest(changes), terms);
const renew = (request: RenewalRequest, terms = GRAPH, current = exampleSubscription()) =>
  renewalOf(request, current, terms);
const invalid = (message: string | RegExp) =>
  expect.objectContaining({
    status: 400,
    code: 'InvalidArgument',
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  });

describe('the expiration', () => {
  test.each([
    [60, 60],
    [45, 45],
    [44, 45],
    [0.001, 45],
  ])('%s minutes ahead become %s: less than 45 are raised to 45', (minutes, lasting) => {
    const { expiresMs } = create({ expirationDateTime: inMinutes(minutes) });
    expect(expiresMs - START_MS).toBe(lasting * MINUTE_MS);
  });

  test('more than 60 minutes are refused in profile graph, naming the limit', () => {
    const expirationDateTime = new Date(START_MS + 60 * MINUTE_MS + 1).toISOString();
    expect(() => create({ expirationDateTime })).toThrow(
      invalid(
        '[ExpirationDateTime]: Subscription expiration can only be 60 minutes in the future.',
      ),
    );
  });

  test('in profile extended seven days are taken, and no more', () => {
    const lifecycleNotificationUrl = 'https://receiver.example/lifecycle';
    const of = (minutes: number) =>
      create({ expirationDateTime: inMinutes(minutes), lifecycleNotificationUrl }, EXTENDED);
    expect(of(7 * DAY_MINUTES).expiresMs).toBe(START_MS + 7 * DAY_MINUTES * MINUTE_MS);
    expect(() => of(7 * DAY_MINUTES + 1)).toThrow(
      invalid(/can only be 10080 minutes in the future/),
    );
  });

  test.each([0, -1, -DAY_MINUTES])('%s minutes ahead are not in the future', (minutes) => {
    expect(() => create({ expirationDateTime: inMinutes(minutes) })).toThrow(
      invalid('[ExpirationDateTime]: must be in the future; it is 2026-11-21T09:00:00.000Z now.'),
    );
  });

  test('what is no date and time is refused', () => {
    expect(() => create({ expirationDateTime: 'tomorrow' })).toThrow(
      invalid(/^\[ExpirationDateTime\]: 'tomorrow' is not a date and time/),
    );
  });

  test('more than 60 minutes need an address for lifecycle notifications', () => {
    const expirationDateTime = inMinutes(61);
    expect(() => create({ expirationDateTime }, EXTENDED)).toThrow(
      invalid(/^\[LifecycleNotificationUrl\]: The LifecycleNotificationUrl field is required/),
    );
    expect(create({ expirationDateTime: inMinutes(60) }, EXTENDED).lifecycleNotificationUrl).toBe(
      null,
    );
  });
});

describe('a change type', () => {
  test.each(['updated', 'Updated', 'UPDATED'])('%s is taken', (changeType) => {
    expect(() => create({ changeType })).not.toThrow();
  });

  test.each(['created', 'deleted', 'created,updated', 'updated,updated', '', 'updated '])(
    '%j is refused, and the answer says what is allowed',
    (changeType) => {
      expect(() => create({ changeType })).toThrow(
        invalid(`[ChangeType]: '${changeType}' is not supported here. Allowed: updated.`),
      );
    },
  );
});

describe('addresses', () => {
  test.each(['notificationUrl', 'lifecycleNotificationUrl'] as const)(
    'a %s that may not be notified is refused, and the answer says why',
    (field) => {
      const name = field.charAt(0).toUpperCase() + field.slice(1);
      expect(() => create({ [field]: 'ftp://receiver.example' })).toThrow(
        invalid(`[${name}]: can't be notified: only https is sent to.`),
      );
      expect(() => create({ [field]: '' })).toThrow(invalid(/can't be notified/));
    },
  );

  test('2,048 characters are taken, 2,049 refused', () => {
    const url = 'https://receiver.example/'.padEnd(2048, 'x');
    expect(create({ notificationUrl: url }).notificationUrl).toBe(url);
    expect(() => create({ notificationUrl: `${url}x` })).toThrow(
      invalid('[NotificationUrl]: must have 2048 characters at most.'),
    );
  });
});

describe('client state', () => {
  test('128 characters are taken, 129 refused', () => {
    expect(create({ clientState: 'x'.repeat(128) }).clientState).toHaveLength(128);
    expect(() => create({ clientState: 'x'.repeat(129) })).toThrow(
      invalid('[ClientState]: must have 128 characters at most.'),
    );
  });

  test('half of a surrogate pair is refused', () => {
    expect(() => create({ clientState: '\ud800' })).toThrow(
      invalid(/^\[ClientState\]: is not well-formed Unicode/),
    );
  });

  test('none, and null, are no client state', () => {
    expect(create({}).clientState).toBe(null);
    expect(create({ clientState: null }).clientState).toBe(null);
  });
});

describe('resource data', () => {
  const certificate = { encryptionCertificate: 'good', encryptionCertificateId: 'mine' };

  test('needs a certificate with its id', () => {
    expect(create({ includeResourceData: true, ...certificate })).toMatchObject({
      includeResourceData: true,
      ...certificate,
    });
    expect(() => create({ includeResourceData: true })).toThrow(
      invalid(
        '[EncryptionCertificate]: The EncryptionCertificate field is required when includeResourceData is true.',
      ),
    );
    expect(() => create({ includeResourceData: true, encryptionCertificate: 'good' })).toThrow(
      invalid(/^\[EncryptionCertificateId\]: The EncryptionCertificateId field is required/),
    );
  });

  test('a certificate without resource data is taken, and checked too', () => {
    expect(create(certificate)).toMatchObject({ includeResourceData: false, ...certificate });
    expect(() => create({ ...certificate, encryptionCertificate: 'bad' })).toThrow(
      invalid('[EncryptionCertificate]: encryptionCertificate is not base64.'),
    );
    expect(() => create({ encryptionCertificateId: 'mine' })).toThrow(
      invalid('[EncryptionCertificate]: The EncryptionCertificate field is required.'),
    );
  });

  test('an id of 129 characters is refused', () => {
    expect(() => create({ ...certificate, encryptionCertificateId: 'x'.repeat(129) })).toThrow(
      invalid('[EncryptionCertificateId]: must have 128 characters at most.'),
    );
  });
});

describe('the TLS version', () => {
  test.each(['v1_0', 'v1_1', 'v1_2', 'v1_3'])('%s is taken', (latestSupportedTlsVersion) => {
    expect(create({ latestSupportedTlsVersion })).toMatchObject({ latestSupportedTlsVersion });
  });

  test('v1_2 is the default, and others are refused', () => {
    expect(create({}).latestSupportedTlsVersion).toBe('v1_2');
    expect(() => create({ latestSupportedTlsVersion: 'v2_0' })).toThrow(
      invalid("[LatestSupportedTlsVersion]: 'v2_0' is none of v1_0, v1_1, v1_2, v1_3."),
    );
  });
});

describe('the annotation @porchlight.delivery', () => {
  test('latest is the default, and each can be had in profile extended', () => {
    expect(create({}, EXTENDED).delivery).toBe('latest');
    expect(create({ [DELIVERY]: 'latest' }, EXTENDED).delivery).toBe('latest');
    expect(create({ [DELIVERY]: 'each' }, EXTENDED).delivery).toBe('each');
  });

  test.each(['Each', '', 1, {}, true])('%j is refused', (given) => {
    expect(() => create({ [DELIVERY]: given }, EXTENDED)).toThrow(
      invalid('[@porchlight.delivery]: must be latest or each.'),
    );
  });

  test('needs profile extended', () => {
    expect(() => create({ [DELIVERY]: 'latest' })).toThrow(
      invalid('[@porchlight.delivery]: needs profile extended.'),
    );
  });
});

describe('a PATCH', () => {
  test('renews for at least 45 and at most 60 minutes from now', () => {
    const later = { ...GRAPH, nowMs: START_MS + 30 * MINUTE_MS };
    expect(renew({ expirationDateTime: inMinutes(90) }, later).expiresMs).toBe(
      START_MS + 90 * MINUTE_MS,
    );
    expect(renew({ expirationDateTime: inMinutes(31) }, later).expiresMs).toBe(
      START_MS + 75 * MINUTE_MS,
    );
    expect(() => renew({ expirationDateTime: inMinutes(91) }, later)).toThrow(
      invalid(/can only be 60 minutes/),
    );
  });

  test.each([
    {},
    { expirationDateTime: null },
    { encryptionCertificate: 'good', encryptionCertificateId: 'mine' },
    { id: 'x' },
  ])('%j has neither an expiration nor an address, which is refused', (request) => {
    expect(() => renew(request)).toThrow(
      invalid(
        "Subscription must contain either the 'expirationDateTime' or 'notificationUrl' property and its value.",
      ),
    );
  });

  test.each([
    'resource',
    'changeType',
    'clientState',
    'lifecycleNotificationUrl',
    'includeResourceData',
    'latestSupportedTlsVersion',
    'notificationQueryOptions',
    'notificationUrlAppId',
  ])('%s can’t be changed', (field) => {
    const name = field.charAt(0).toUpperCase() + field.slice(1);
    expect(() => renew({ expirationDateTime: inMinutes(60), [field]: 'x' })).toThrow(
      invalid(new RegExp(`^\\[${name}\\]: can't be changed`)),
    );
  });

  test('what the server told may be sent back, and other annotations are ignored', () => {
    const request = {
      expirationDateTime: inMinutes(60),
      '@odata.type': '#microsoft.graph.subscription',
      id: 'x',
      applicationId: 'x',
      creatorId: 'x',
      clientState: null,
    };
    expect(renew(request).expiresMs).toBe(START_MS + 60 * MINUTE_MS);
  });

  test('the delivery can’t be changed', () => {
    const request = { expirationDateTime: inMinutes(60), [DELIVERY]: 'each' };
    expect(() => renew(request, EXTENDED)).toThrow(invalid(/@porchlight\.delivery\]: can't be/));
  });

  test('an address alone leaves the expiration, and is checked', () => {
    const notificationUrl = 'https://elsewhere.example/';
    expect(renew({ notificationUrl })).toMatchObject({
      notificationUrl,
      expiresMs: START_MS + 60 * MINUTE_MS,
    });
    expect(() => renew({ notificationUrl: 'http://elsewhere.example/' })).toThrow(
      invalid(/^\[NotificationUrl\]: can't be notified/),
    );
  });

  test('a certificate is rotated along with the expiration, and checked', () => {
    const current = exampleSubscription({
      includeResourceData: true,
      encryptionCertificate: 'old',
      encryptionCertificateId: 'old',
    });
    const expirationDateTime = inMinutes(60);
    const rotated = { encryptionCertificate: 'good', encryptionCertificateId: 'new' };
    expect(renew({ expirationDateTime, ...rotated }, GRAPH, current)).toMatchObject(rotated);
    expect(renew({ expirationDateTime }, GRAPH, current).encryptionCertificate).toBe('old');
    expect(() =>
      renew({ expirationDateTime, encryptionCertificate: 'bad' }, GRAPH, current),
    ).toThrow(invalid(/^\[EncryptionCertificate\]/));
  });

  test('beyond 60 minutes it needs the address for lifecycle notifications', () => {
    const current = exampleSubscription({ lifecycleNotificationUrl: null });
    const request = { expirationDateTime: inMinutes(61) };
    expect(() => renew(request, EXTENDED, current)).toThrow(
      invalid(/^\[LifecycleNotificationUrl\]/),
    );
    expect(renew(request, EXTENDED).expiresMs).toBe(START_MS + 61 * MINUTE_MS);
  });
});

describe('reauthorizationRequired', () => {
  const at = (changes: Parameters<typeof exampleSubscription>[0]) =>
    (reauthorizationDueMs(exampleSubscription(changes)) - START_MS) / MINUTE_MS;

  test('is due ten minutes before the subscription expires, or its token ends if that is sooner', () => {
    expect(at({})).toBe(50);
    expect(at({ authorizedUntilMs: START_MS + 30 * MINUTE_MS })).toBe(20);
  });

  test('is due halfway where a token has less than twenty minutes left', () => {
    expect(at({ authorizedUntilMs: START_MS + 8 * MINUTE_MS })).toBe(4);
    expect(
      at({
        authorizedMs: START_MS + 10 * MINUTE_MS,
        authorizedUntilMs: START_MS + 14 * MINUTE_MS,
      }),
    ).toBe(12);
  });

  test('is due once for each end', () => {
    const reauthorizationAskedForMs = START_MS + 60 * MINUTE_MS;
    expect(at({ reauthorizationAskedForMs })).toBe(Number.POSITIVE_INFINITY);
    const expiresMs = START_MS + 90 * MINUTE_MS;
    expect(at({ reauthorizationAskedForMs, expiresMs })).toBe(80);
  });

  test('is never due where nobody listens; the expiry still is', () => {
    const subscription = exampleSubscription({ lifecycleNotificationUrl: null });
    expect(reauthorizationDueMs(subscription)).toBe(Number.POSITIVE_INFINITY);
    expect(dueMs(subscription)).toBe(subscription.expiresMs);
  });
});
