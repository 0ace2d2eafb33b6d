import { describe, expect, test } from 'vitest';
import { StoreUnusable } from '../../src/store/errors.ts';
import { parseStored, storedText } from '../../src/subscriptions/stored-form.ts';
import { exampleSubscription, guid } from './examples.ts';

const FULL = exampleSubscription({
  userId: null,
  scope: 'tenant',
  delivery: 'each',
  clientState: 'what “only” we know',
  reauthorizationAskedForMs: 1,
  includeResourceData: true,
  encryptionCertificate: 'AAAA',
  encryptionCertificateId: 'mine',
  notificationQueryOptions: 'a=b',
  notificationUrlAppId: 'app',
});

test.each([
  ['with everything set', FULL],
  ['with nothing set', exampleSubscription({ lifecycleNotificationUrl: null })],
])('a subscription %s is read as it was written', (_, subscription) => {
  expect(parseStored(subscription.id, storedText(subscription))).toEqual(subscription);
});

test('a subscription that an earlier version kept begins nowhere in particular', () => {
  const { begins: _, ...earlier } = FULL;
  const text = JSON.stringify({ format: 1, ...earlier });
  expect(parseStored(FULL.id, text)).toEqual({ ...earlier, begins: '' });
});

describe('a document that is none', () => {
  const code = (text: string, id = FULL.id) => {
    try {
      parseStored(id, text);
    } catch (error) {
      if (error instanceof StoreUnusable) return `${error.code} ${error.path}`;
      throw error;
    }
    return 'read';
  };
  const changed = (changes: object) =>
    JSON.stringify({ ...JSON.parse(storedText(FULL)), ...changes });

  test('of a later format is said to be a newer Porchlight’s', () => {
    expect(code(changed({ format: 2 }))).toBe(`StoreNewer subscriptions/${FULL.id}`);
    expect(code('{"format":3}')).toBe(`StoreNewer subscriptions/${FULL.id}`);
  });

  test.each([
    ['no JSON', '{'],
    ['no object', 'null'],
    ['without a format', changed({ format: undefined })],
    ['without an owner', changed({ appId: undefined })],
    ['with a property that presence hasn’t', changed({ properties: ['mood'] })],
  ])('%s is damage', (_, text) => {
    expect(code(text)).toBe(`StoreDamaged subscriptions/${FULL.id}`);
  });

  test('under another’s id is damage', () => {
    expect(code(storedText(FULL), guid(7))).toBe(`StoreDamaged subscriptions/${guid(7)}`);
  });
});
