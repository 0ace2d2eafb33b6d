import { generateKeyPairSync, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { caCertificate, serverCertificate } from './certificate.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Trusting an authority takes a person's hand, so it lasts. */
const CA_LIFETIME_MS = 3650 * DAY_MS;
/** Browsers take server certificates of 398 days at most. */
const SERVER_LIFETIME_MS = 397 * DAY_MS;
/** Dated back, for a client whose clock is behind. */
const DATED_BACK_MS = HOUR_MS;

/** A certificate with its key. */
export interface Issued {
  readonly certificate: X509Certificate;
  readonly privateKey: KeyObject;
}

/** A new authority, for this machine alone. */
export function issueAuthority(nowMs: number): Issued {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // Told apart from other ones in a list of trusted authorities.
  const name = `Porchlight dev CA ${randomBytes(4).toString('hex')}`;
  const der = caCertificate(name, keys, from(nowMs, CA_LIFETIME_MS));
  return { certificate: new X509Certificate(der), privateKey: keys.privateKey };
}

/** A new certificate of a server on this machine, by an authority. */
export function issueServer(authority: Issued, nowMs: number): Issued {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ca = {
    name: authority.certificate.subject.replace(/^CN=/, ''),
    privateKey: authority.privateKey,
    publicKey: authority.certificate.publicKey,
  };
  const der = serverCertificate(publicKey, ca, from(nowMs, SERVER_LIFETIME_MS));
  return { certificate: new X509Certificate(der), privateKey };
}

/** PKCS #8. */
export function keyPem(key: KeyObject): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }));
}

function from(nowMs: number, lifetimeMs: number): { notBeforeMs: number; notAfterMs: number } {
  const notBeforeMs = nowMs - DATED_BACK_MS;
  return { notBeforeMs, notAfterMs: notBeforeMs + lifetimeMs };
}
