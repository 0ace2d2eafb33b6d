import { randomUUID } from 'node:crypto';
import type { Clock } from '../../src/clock.ts';
import { recipientOf } from '../../src/notifications/recipient.ts';
import type { Directory } from '../../src/presence/directory.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { createHandshake } from '../../src/subscriptions/handshake.ts';
import { createRegistry } from '../../src/subscriptions/registry.ts';
import { createSubscriptionService } from '../../src/subscriptions/service.ts';
import { trapOutbound } from './receiver.ts';
import { recordingCourier } from './recording-courier.ts';

/** Subscriptions over a store of their own, whose validation requests all end in this process. */
export function exampleSubscriptions(clock: Clock, directory: Directory) {
  const outbound = trapOutbound();
  return createSubscriptionService({
    documents: openMemoryStore().documents,
    registry: createRegistry(),
    clock,
    steadyClock: clock,
    directory,
    courier: recordingCourier().courier,
    handshake: createHandshake({ outbound, randomUUID }),
    refusal: outbound.refusal,
    checkCertificate,
    randomUUID,
    onError(error) {
      throw error;
    },
  });
}

/** As the server checks certificates. */
export function checkCertificate(
  certificate: string,
  certificateId: string,
  nowMs: number,
): string | undefined {
  const recipient = recipientOf(certificate, certificateId, nowMs);
  return typeof recipient === 'string' ? recipient : undefined;
}
