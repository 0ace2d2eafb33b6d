import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  bitString,
  integer,
  objectId,
  octetString,
  sequence,
  set,
  TRUE,
  tagged,
  time,
  utf8String,
} from './der.ts';

export interface Validity {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export interface CertificateParts extends Validity {
  /** Common names. */
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  /** AlgorithmIdentifier of a signature over SHA-256 with `signingKey`. */
  readonly algorithm: Buffer;
  readonly signingKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

/** A certificate of version 3 with a serial number nobody guesses: RFC 5280, section 4.1. DER. */
export function signedCertificate(parts: CertificateParts): Buffer {
  const version3 = integer(2);
  const serial = integer(...randomBytes(16));
  const toBeSigned = sequence(
    tagged(0, version3),
    serial,
    parts.algorithm,
    commonName(parts.issuer),
    sequence(time(parts.notBeforeMs), time(parts.notAfterMs)),
    commonName(parts.subject),
    parts.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...parts.extensions)),
  );
  const signature = sign('sha256', toBeSigned, parts.signingKey);
  return sequence(toBeSigned, parts.algorithm, bitString(signature));
}

export function extension(id: string, value: Buffer, { critical = false } = {}): Buffer {
  return sequence(objectId(id), ...(critical ? [TRUE] : []), octetString(value));
}

/** Subject key identifier: RFC 5280, section 4.2.1.2, SHA-1 of the key's own bits. */
export function keyIdOf(keyBits: Uint8Array): Buffer {
  return createHash('sha1').update(keyBits).digest();
}

function commonName(name: string): Buffer {
  return sequence(set(sequence(objectId('2.5.4.3'), utf8String(name))));
}
