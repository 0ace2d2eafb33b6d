const SEQUENCE = 0x30;
const OBJECT_ID = 0x06;

/** Object identifiers as their bytes in hex. RFC 3279, section 2.2; RFC 8017, appendix C. */
const WEAK: ReadonlyMap<string, 'MD5' | 'SHA-1'> = new Map([
  // md2, md4 and md5WithRSAEncryption: the first two are no better than the third.
  ['2a864886f70d010102', 'MD5'],
  ['2a864886f70d010103', 'MD5'],
  ['2a864886f70d010104', 'MD5'],
  ['2a864886f70d010105', 'SHA-1'],
  // sha1WithRSA by its older name, dsa-with-sha1, ecdsa-with-SHA1.
  ['2b0e03021d', 'SHA-1'],
  ['2a8648ce380403', 'SHA-1'],
  ['2a8648ce3d0401', 'SHA-1'],
]);

/**
 * The hash in a certificate's signature, as far as it is a weak one: Node doesn't tell. Undefined if the
 * bytes aren't DER (ITU-T X.690) with a signature algorithm where RFC 5280, section 4.1, has it.
 */
export function signatureAlgorithm(certificate: Buffer): 'MD5' | 'SHA-1' | 'other' | undefined {
  const parts = element(certificate, SEQUENCE);
  const signed = parts && element(parts.content, SEQUENCE);
  const algorithm = signed && element(signed.rest, SEQUENCE);
  const id = algorithm && element(algorithm.content, OBJECT_ID);
  return id && (WEAK.get(id.content.toString('hex')) ?? 'other');
}

/** The element that `bytes` begin with; undefined unless it has this tag and is there whole. */
function element(bytes: Buffer, tag: number): { content: Buffer; rest: Buffer } | undefined {
  const [first, second = 0x80] = bytes;
  if (first !== tag) return undefined;
  // Up to 127 it is the length, else how many bytes the length has; 0x80 is "until an end mark".
  const lengthBytes = second < 0x80 ? 0 : second & 0x7f;
  if (second === 0x80 || lengthBytes > 3 || bytes.length < 2 + lengthBytes) return undefined;
  const start = 2 + lengthBytes;
  const end = start + (lengthBytes === 0 ? second : bytes.readUIntBE(2, lengthBytes));
  if (bytes.length < end) return undefined;
  return { content: bytes.subarray(start, end), rest: bytes.subarray(end) };
}
