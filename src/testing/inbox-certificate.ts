import { createPrivateKey, type KeyObject } from 'node:crypto';
import { makeEncryptionCertificate } from '../auth/dev-certificates/encryption-certificate.ts';

const DAY_MS = 86_400_000;

/** What the inboxes of a process have resource data encrypted for. */
export interface InboxCertificate {
  readonly id: string;
  /** base64 of DER. */
  readonly certificate: string;
  readonly privateKey: KeyObject;
  readonly fromMs: number;
}

const made: InboxCertificate[] = [];

/** One that is good for some months from `nowMs`. Making one takes long, so that all inboxes of a process share them. */
export function inboxCertificate(nowMs: number): InboxCertificate {
  const found = made.find(({ fromMs }) => fromMs <= nowMs && nowMs < fromMs + 180 * DAY_MS);
  if (found !== undefined) return found;
  const { certificate, privateKeyPem } = makeEncryptionCertificate(nowMs);
  const id = `inbox-${made.length + 1}`;
  const privateKey = createPrivateKey(privateKeyPem);
  const one = { id, certificate, privateKey, fromMs: nowMs };
  made.push(one);
  return one;
}

/** The one of that id. */
export function knownCertificate(id: string): InboxCertificate | undefined {
  return made.find((each) => each.id === id);
}
