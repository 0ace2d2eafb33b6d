import { constants, createDecipheriv, createHmac, privateDecrypt, randomUUID } from 'node:crypto';
import { issuerAt } from '../../src/auth/discovery.ts';
import { createPublisher } from '../../src/auth/publisher/publisher.ts';
import { publisherRoutes } from '../../src/auth/publisher/routes.ts';
import { openSigningKey } from '../../src/auth/signing-key.ts';
import { ManualClock } from '../../src/clock.ts';
import type { Item } from './notified.ts';
import { OTHER_TENANT, type PorchlightOptions, START, TENANT } from './porchlight.ts';

/** What a receiver finds inside, with nothing of the server’s own code. */
export interface Opened {
  readonly key: Buffer;
  readonly text: string;
}

/** Opens an item as its receiver does (Graph, "Set up change notifications that include resource data"). */
export function opened({ encryptedContent }: Item, privateKeyPem: string): Opened {
  if (encryptedContent === undefined) throw new Error('nothing is encrypted');
  const bytes = (field: string) => Buffer.from(encryptedContent[field] ?? '', 'base64');
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const key = privateDecrypt({ key: privateKeyPem, padding, oaepHash: 'sha1' }, bytes('dataKey'));
  const data = bytes('data');
  const signature = createHmac('sha256', key).update(data).digest('base64');
  if (signature !== encryptedContent.dataSignature) throw new Error('it was changed on its way');
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16));
  // With PKCS #7, as is the default: bad padding throws.
  const text = Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8');
  return { key, text };
}

/**
 * A server that signs for its notifications, and shows the keys for that.
 * @param originOf the address that receivers know it by, once it is there
 */
export async function signingOptions(
  originOf: () => string,
): Promise<Pick<PorchlightOptions, 'clock' | 'parts'>> {
  const clock = new ManualClock(START);
  const key = await openSigningKey(null);
  const publisher = createPublisher({
    key,
    clock,
    issuerOf: (tenantId) => issuerAt(originOf(), tenantId),
    randomUUID,
  });
  const routes = publisherRoutes({ tenants: [TENANT, OTHER_TENANT], origin: originOf, key });
  return { clock, parts: { validationTokens: () => publisher, plugins: [routes] } };
}
