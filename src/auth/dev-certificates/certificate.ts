import type { KeyObject } from 'node:crypto';
import {
  bitString,
  integer,
  objectId,
  octetString,
  sequence,
  TRUE,
  tagged,
  taggedBytes,
} from './der.ts';
import { extension, keyIdOf, signedCertificate, type Validity } from './signed-certificate.ts';

/** What the certificates are for: this machine as it calls itself, and nothing else. */
export const SERVER_NAMES = ['localhost', '127.0.0.1', '::1'];

const IPV4_LOOPBACK = Buffer.of(127, 0, 0, 1);
const IPV4_LOOPBACK_NET = Buffer.of(127, 0, 0, 0, 255, 0, 0, 0);
const IPV6_LOOPBACK = Buffer.concat([Buffer.alloc(15), Buffer.of(1)]);
const IPV6_LOOPBACK_NET = Buffer.concat([IPV6_LOOPBACK, Buffer.alloc(16, 0xff)]);

const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'));
const SERVER_AUTH = sequence(objectId('1.3.6.1.5.5.7.3.1'));

interface KeyPair {
  /** Both on curve P-256. */
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/**
 * A certificate authority whose word counts for loopback addresses and TLS servers only: were its key
 * stolen, it could vouch for no other site to a browser that trusts it. DER.
 */
export function caCertificate(name: string, keys: KeyPair, validity: Validity): Buffer {
  return signedCertificate({
    ...validity,
    subject: name,
    issuer: name,
    publicKey: keys.publicKey,
    algorithm: ECDSA_WITH_SHA256,
    signingKey: keys.privateKey,
    extensions: [
      // A CA (TRUE) that makes no further CAs (0).
      extension('2.5.29.19', sequence(TRUE, integer(0)), { critical: true }),
      // keyCertSign and cRLSign: bits 5 and 6.
      extension('2.5.29.15', bitString(Buffer.of(0b0000_0110), 1), { critical: true }),
      extension('2.5.29.37', SERVER_AUTH),
      extension('2.5.29.30', sequence(tagged(0, ...subtrees())), { critical: true }),
      extension('2.5.29.14', octetString(keyId(keys.publicKey))),
    ],
  });
}

/** A certificate for `SERVER_NAMES`, signed by the authority. DER. */
export function serverCertificate(
  publicKey: KeyObject,
  ca: KeyPair & { readonly name: string },
  validity: Validity,
): Buffer {
  return signedCertificate({
    ...validity,
    subject: 'localhost',
    issuer: ca.name,
    publicKey,
    algorithm: ECDSA_WITH_SHA256,
    signingKey: ca.privateKey,
    extensions: [
      extension('2.5.29.19', sequence(), { critical: true }),
      // digitalSignature: bit 0.
      extension('2.5.29.15', bitString(Buffer.of(0b1000_0000), 7), { critical: true }),
      extension('2.5.29.37', SERVER_AUTH),
      extension('2.5.29.17', sequence(...serverNames())),
      extension('2.5.29.14', octetString(keyId(publicKey))),
      extension('2.5.29.35', sequence(taggedBytes(0, keyId(ca.publicKey)))),
    ],
  });
}

/** General names: 2 is a DNS name, 7 an IP address. */
function serverNames(): Buffer[] {
  return [
    taggedBytes(2, Buffer.from('localhost', 'ascii')),
    taggedBytes(7, IPV4_LOOPBACK),
    taggedBytes(7, IPV6_LOOPBACK),
  ];
}

function subtrees(): Buffer[] {
  return [
    sequence(taggedBytes(2, Buffer.from('localhost', 'ascii'))),
    sequence(taggedBytes(7, IPV4_LOOPBACK_NET)),
    sequence(taggedBytes(7, IPV6_LOOPBACK_NET)),
  ];
}

/** The key's own bits are the last 65 bytes on P-256. */
function keyId(publicKey: KeyObject): Buffer {
  return keyIdOf(publicKey.export({ type: 'spki', format: 'der' }).subarray(-65));
}
