import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PUBLIC_MODE, readKeptFile, SECRET_MODE, writeKeptFile } from '../kept-file.ts';
import { caCertificate, SERVER_NAMES, serverCertificate } from './certificate.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Trusting an authority takes a person's hand, so it lasts. */
const CA_LIFETIME_MS = 3650 * DAY_MS;
/** Browsers take server certificates of 398 days at most. */
const SERVER_LIFETIME_MS = 397 * DAY_MS;
/** Dated back, for a client whose clock is behind. */
const DATED_BACK_MS = HOUR_MS;
/** Made anew when less is left, so that no certificate ends while a server runs with it. */
const LEAST_LEFT_MS = 30 * DAY_MS;

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

interface Issued {
  readonly certificate: X509Certificate;
  readonly privateKey: KeyObject;
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
  const authority = (await keptAuthority(dir, nowMs)) ?? (await newAuthority(dir, nowMs));
  const server =
    (await keptServer(dir, authority, nowMs)) ?? (await newServer(dir, authority, nowMs));
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

async function newAuthority(dir: string, nowMs: number): Promise<Issued> {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // Told apart from the one of another folder in a list of trusted authorities.
  const name = `Porchlight dev CA ${randomBytes(4).toString('hex')}`;
  const der = caCertificate(name, keys, from(nowMs, CA_LIFETIME_MS));
  return keep(dir, 'ca', { certificate: new X509Certificate(der), privateKey: keys.privateKey });
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

async function newServer(dir: string, authority: Issued, nowMs: number): Promise<Issued> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ca = {
    name: authority.certificate.subject.replace(/^CN=/, ''),
    privateKey: authority.privateKey,
    publicKey: authority.certificate.publicKey,
  };
  const der = serverCertificate(publicKey, ca, from(nowMs, SERVER_LIFETIME_MS));
  return keep(dir, 'server', { certificate: new X509Certificate(der), privateKey });
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

function from(nowMs: number, lifetimeMs: number): { notBeforeMs: number; notAfterMs: number } {
  const notBeforeMs = nowMs - DATED_BACK_MS;
  return { notBeforeMs, notAfterMs: notBeforeMs + lifetimeMs };
}

function keyPem(key: KeyObject): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }));
}
