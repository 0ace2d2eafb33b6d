import type { Additions } from '../../graph/additions.ts';
import { shortened } from '../../graph/duration.ts';
import { invalidArgument } from '../../graph/error.ts';
import { isWellFormed } from '../../graph/unicode.ts';
import type { DeliveryMode } from '../subscription.ts';

export const LONGEST_URL = 2048;
/** Graph's limit for clientState and encryptionCertificateId. */
export const LONGEST_NAME = 128;

const TLS_VERSIONS = ['v1_0', 'v1_1', 'v1_2', 'v1_3'];
const DEFAULT_TLS_VERSION = 'v1_2';

/** What the rules need to know beside the request. */
export interface RuleTerms {
  readonly nowMs: number;
  readonly additions: Additions;
  /** Why an address can't be notified, in a few words; undefined if it can. */
  refusal(url: string): string | undefined;
  /** What is wrong with a certificate, as a sentence; undefined if it can be used. */
  checkCertificate(certificate: string, certificateId: string, nowMs: number): string | undefined;
}

/** A string field, null without one. @throws GraphError 400 when it is too long or isn't Unicode */
export function textField(
  text: string | null | undefined,
  field: string,
  longest: number,
): string | null {
  if (text === null || text === undefined) return null;
  if (text.length > longest) {
    throw invalidArgument(`[${field}]: must have ${longest} characters at most.`);
  }
  if (!isWellFormed(text)) {
    throw invalidArgument(`[${field}]: is not well-formed Unicode (half of a surrogate pair).`);
  }
  return text;
}

/** An address that may be notified. @throws GraphError 400 saying why it may not */
export function urlField(text: string, field: string, { refusal }: RuleTerms): string {
  const url = textField(text, field, LONGEST_URL) ?? '';
  const reason = refusal(url);
  if (reason !== undefined) throw invalidArgument(`[${field}]: can't be notified: ${reason}.`);
  return url;
}

/** @throws GraphError 400 for all but `updated`: a presence is neither created nor deleted */
export function checkChangeType(changeType: string): void {
  if (changeType.toLowerCase() === 'updated') return;
  throw invalidArgument(
    `[ChangeType]: '${shortened(changeType)}' is not supported here. Allowed: updated.`,
  );
}

export function tlsVersion(text: string | null | undefined): string {
  if (text === null || text === undefined) return DEFAULT_TLS_VERSION;
  const version = TLS_VERSIONS.find((each) => each === text.toLowerCase());
  if (version !== undefined) return version;
  throw invalidArgument(
    `[LatestSupportedTlsVersion]: '${shortened(text)}' is none of ${TLS_VERSIONS.join(', ')}.`,
  );
}

/** The annotation by which a subscription says what it wants of steps it was too late for. */
export const DELIVERY = '@porchlight.delivery';

export function deliveryMode(given: unknown, additions: Additions): DeliveryMode {
  if (given === undefined || given === null) return 'latest';
  additions.use('delivery', () => invalidArgument(`[${DELIVERY}]: needs profile extended.`));
  if (given === 'latest' || given === 'each') return given;
  throw invalidArgument(`[${DELIVERY}]: must be latest or each.`);
}

/**
 * Both or neither; what is given is checked, also when no resource data is asked for.
 * @throws GraphError 400
 */
export function checkEncryption(
  { includeResourceData, encryptionCertificate, encryptionCertificateId }: Encryption,
  { checkCertificate, nowMs }: RuleTerms,
): void {
  if (!includeResourceData && encryptionCertificate === null && encryptionCertificateId === null) {
    return;
  }
  const why = includeResourceData ? ' when includeResourceData is true' : '';
  const missing = (field: string) =>
    invalidArgument(`[${field}]: The ${field} field is required${why}.`);
  if (encryptionCertificate === null) throw missing('EncryptionCertificate');
  if (encryptionCertificateId === null) throw missing('EncryptionCertificateId');
  const reason = checkCertificate(encryptionCertificate, encryptionCertificateId, nowMs);
  if (reason !== undefined) throw invalidArgument(`[EncryptionCertificate]: ${reason}`);
}

export interface Encryption {
  readonly includeResourceData: boolean;
  readonly encryptionCertificate: string | null;
  readonly encryptionCertificateId: string | null;
}
