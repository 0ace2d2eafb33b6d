import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PUBLIC_MODE, readKeptFile, SECRET_MODE, writeKeptFile } from '../kept-file.ts';
import { SERVER_NAMES } from './certificate.ts';
import { type Issued, issueAuthority, issueServer, keyPem } from './issue.ts';

/** Made anew when less is left, so that no certificate ends while a server runs with it. */
const LEAST_LEFT_MS = 30 * 86_400_000;

export interface DevCertificates {
  /** Absolute path of the authority's certificate: what clients are told to trust. */
  readonly caPath: string;
  /** The authority's certificate, PEM. */
  readonly ca: string;
  /** The server's private key, PEM. */
  readonly key: string;
  /** The server's certificate, then the authority's, PEM. */
  readonly cert: string;
}

export interface DevCertificatesOptions {
  /** Holds `ca.pem`, `ca-key.pem`, `server.pem` and `server-key.pem`; made if it isn't there. */
  readonly dir: string;
  /** The machine's time: TLS clients know no other. */
  readonly nowMs: number;
}

/** An authority is there but can't be used. Another would lose the trust put in it, so a person decides. */
class DevCertificatesUnusable extends Error {
  constructor(dir: string, options?: ErrorOptions) {
    super(
      `${dir}: ca.pem and ca-key.pem don't go together; delete both to have new ones made`,
      options,
    );
    this.name = 'DevCertificatesUnusable';
  }
}

/**
 * Certificates for HTTPS on this machine. Makes a certificate authority on first use, and a server
 * certificate from it whenever the one there is missing, of another authority, or soon to end.
 */
export async function openDevCertificates(
  options: DevCertificatesOptions,
): Promise<DevCertificates> {
  const dir = resolve(options.dir);
  const { nowMs } = options;
  const authority =
    (await keptAuthority(dir, nowMs)) ?? (await keep(dir, 'ca', issueAuthority(nowMs)));
  const server =
    (await keptServer(dir, authority, nowMs)) ??
    (await keep(dir, 'server', issueServer(authority, nowMs)));
  const ca = authority.certificate.toString();
  return {
    caPath: join(dir, 'ca.pem'),
    ca,
    key: keyPem(server.privateKey),
    cert: server.certificate.toString() + ca,
  };
}

async function keptAuthority(dir: string, nowMs: number): Promise<Issued | undefined> {
  const pem = await readKeptFile(join(dir, 'ca.pem'));
  if (pem === undefined) return undefined;
  let issued: Issued;
  try {
    issued = parse(pem, await readFile(join(dir, 'ca-key.pem'), 'utf8'));
  } catch (cause) {
    throw new DevCertificatesUnusable(dir, { cause });
  }
  return lasts(issued.certificate, nowMs) ? issued : undefined;
}

/** A server certificate costs nothing to replace: whatever is wrong with it, there'll be another. */
async function keptServer(
  dir: string,
  authority: Issued,
  nowMs: number,
): Promise<Issued | undefined> {
  const pem = await readKeptFile(join(dir, 'server.pem'));
  const key = await readKeptFile(join(dir, 'server-key.pem'));
  if (pem === undefined || key === undefined) return undefined;
  try {
    const issued = parse(pem, key);
    const { certificate } = issued;
    const isOurs =
      certificate.checkIssued(authority.certificate) &&
      certificate.verify(authority.certificate.publicKey);
    const isForAll = SERVER_NAMES.every(
      (name) => certificate.checkHost(name) ?? certificate.checkIP(name),
    );
    return isOurs && isForAll && lasts(certificate, nowMs) ? issued : undefined;
  } catch {
    return undefined;
  }
}

/** The key goes first: a certificate that is there has its key beside it, even after a crash between. */
async function keep(dir: string, name: string, issued: Issued): Promise<Issued> {
  await writeKeptFile(join(dir, `${name}-key.pem`), keyPem(issued.privateKey), SECRET_MODE);
  await writeKeptFile(join(dir, `${name}.pem`), issued.certificate.toString(), PUBLIC_MODE);
  return issued;
}

function parse(certificatePem: string, privateKeyPem: string): Issued {
  const certificate = new X509Certificate(certificatePem);
  const privateKey = createPrivateKey(privateKeyPem);
  if (!createPublicKey(privateKey).equals(certificate.publicKey)) {
    throw new Error('the key is not that of the certificate');
  }
  return { certificate, privateKey };
}

function lasts({ validFrom, validTo }: X509Certificate, nowMs: number): boolean {
  return Date.parse(validFrom) <= nowMs && Date.parse(validTo) - nowMs >= LEAST_LEFT_MS;
}
