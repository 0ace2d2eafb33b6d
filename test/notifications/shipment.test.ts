import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeEncryptionCertificate } from '../../src/auth/dev-certificates/encryption-certificate.ts';
import { createEncryptor } from '../../src/notifications/encryption.ts';
import type { Lane } from '../../src/notifications/lane.ts';
import { type Part, shipmentBody, takeShipment } from '../../src/notifications/shipment.ts';
import type { Subscription } from '../../src/subscriptions/subscription.ts';
import { exampleSubscription, guid, START_MS } from '../subscriptions/examples.ts';
import { feedItem, laneOf, place } from './feed-items.ts';

/** What Express, the framework most receivers are made with, takes without being told to. */
const EXPRESS_BYTES = 100 * 1024;
const MOST_ITEMS = 256;

const small = makeEncryptionCertificate(START_MS);
const large = makeEncryptionCertificate(START_MS, { bits: 4096 });
const encryptor = createEncryptor();
/** As long as those of the dev server. */
const tokens = {
  tokenFor: async (tenantId: string, appId: string) => `${tenantId}${appId}`.padEnd(1100, '.'),
};

function laneWith(count: number, given: Partial<Subscription> = {}, message?: string): Lane {
  const lane = laneOf(exampleSubscription(given));
  const statusMessage =
    message === undefined
      ? null
      : { content: message, publishedAtMs: 0, expiresAtMs: 0, expiry: null };
  for (let number = 1; number <= count; number++) {
    lane.offer(feedItem(number, number, { statusMessage }), place(number - 1));
  }
  return lane;
}

const withData = (encryptionCertificate: string): Partial<Subscription> => ({
  includeResourceData: true,
  encryptionCertificate,
  encryptionCertificateId: 'x'.repeat(128),
});

const countIn = (parts: readonly Part[]) => parts.map(({ items }) => items.length);
const bytesOf = async (parts: readonly Part[]) =>
  Buffer.byteLength(await shipmentBody(parts, encryptor, tokens));

describe('a shipment', () => {
  test('takes the first items of the lanes, in turn, up to the limit', () => {
    const lanes = [laneWith(3), laneWith(0), laneWith(3), laneWith(3)];
    const parts = takeShipment(lanes, 5);
    expect(countIn(parts)).toEqual([3, 2]);
    expect(parts.map(({ lane }) => lanes.indexOf(lane))).toEqual([0, 2]);
    expect(lanes.map(({ isSending }) => isSending)).toEqual([true, false, true, false]);
  });

  test('of one item, as a look whether somebody is there, takes one item', () => {
    expect(countIn(takeShipment([laneWith(3), laneWith(3)], 1))).toEqual([1]);
  });

  test('of small items carries as many as the limit says', async () => {
    const parts = takeShipment([laneWith(1000)], 180);
    expect(countIn(parts)).toEqual([180]);
    expect(await bytesOf(parts)).toBeLessThan(EXPRESS_BYTES);
  });

  test('has each item in its body, and a validation token once for each application', async () => {
    const given = { ...withData(small.certificate), notificationUrl: 'https://a.example/' };
    const lanes = [
      laneWith(2, { ...given, id: guid(1) }),
      laneWith(2, { ...given, id: guid(2) }),
      laneWith(1, { ...given, id: guid(3), appId: guid(0xb) }),
      laneWith(1, { id: guid(4), appId: guid(0xc) }),
    ];
    const body = await shipmentBody(takeShipment(lanes, MOST_ITEMS), encryptor, tokens);
    const { value, validationTokens } = JSON.parse(body) as {
      value: Record<string, unknown>[];
      validationTokens: string[];
    };
    expect(value.map(({ subscriptionId }) => subscriptionId)).toEqual([1, 1, 2, 2, 3, 4].map(guid));
    expect(value.map((item) => 'encryptedContent' in item)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
    ]);
    expect(validationTokens).toHaveLength(2);
  });
});

describe('a body stays below what common frameworks take', () => {
  test.each([
    ['nothing', null],
    ['ASCII', 'x'.repeat(128)],
    ['quotes, which take two bytes', '"'.repeat(128)],
    ['control characters, which take six', '\u0001'.repeat(128)],
    ['Chinese, which takes three', '家'.repeat(128)],
    ['emoji, which take four for two', '🏠'.repeat(64)],
  ])('with a client state of %s', async (_, clientState) => {
    for (const given of [{}, withData(small.certificate), withData(large.certificate)]) {
      const parts = takeShipment([laneWith(500, { ...given, clientState })], MOST_ITEMS);
      const bytes = await bytesOf(parts);
      expect(bytes).toBeLessThan(EXPRESS_BYTES);
      // And makes use of the room there is.
      expect(bytes).toBeGreaterThan(EXPRESS_BYTES / 2);
    }
  });

  test('with many subscriptions of many applications', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 5 }),
        async (apps, each) => {
          const lanes = Array.from({ length: apps }, (_, app) =>
            laneWith(each, { ...withData(small.certificate), id: guid(app), appId: guid(app) }),
          );
          expect(await bytesOf(takeShipment(lanes, MOST_ITEMS))).toBeLessThan(EXPRESS_BYTES);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('with status messages as long as they may be', async () => {
    const properties = ['id', 'availability', 'activity', 'statusMessage'] as const;
    const given = { ...withData(small.certificate), properties };
    const parts = takeShipment([laneWith(200, given, '家'.repeat(1024))], MOST_ITEMS);
    expect(await bytesOf(parts)).toBeLessThan(EXPRESS_BYTES);
  });
});
