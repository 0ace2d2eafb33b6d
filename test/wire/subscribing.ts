import type { ServerParts } from '../../src/server.ts';
import { localOutbound, type Receiver } from '../subscriptions/receiver.ts';
import { COLLEAGUE, MINUTE_MS, START } from './porchlight.ts';

/** A subscription as an answer has it. */
export interface SubscriptionJson {
  readonly id: string;
  readonly expirationDateTime: string;
  readonly applicationId: string;
  readonly creatorId: string;
  readonly '@odata.context'?: string;
}

/** What lets a server notify receivers on this machine. */
export function localParts(): Partial<ServerParts> {
  return { outbound: localOutbound() };
}

/** The body that has a receiver told of a colleague’s presence for an hour. */
export function subscribing(receiver: Receiver, changes: object = {}): object {
  return {
    changeType: 'updated',
    notificationUrl: `${receiver.origin}/notifications`,
    resource: `communications/presences/${COLLEAGUE}`,
    ...expiring(60),
    ...changes,
  };
}

/** An expiration so many minutes after the clock’s first instant. */
export function expiring(minutes: number): { expirationDateTime: string } {
  return { expirationDateTime: new Date(START + minutes * MINUTE_MS).toISOString() };
}
