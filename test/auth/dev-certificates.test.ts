import { execFile } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDevCertificates } from '../../src/auth/dev-certificates/open.ts';
import { trustLines } from '../../src/auth/dev-certificates/trust-lines.ts';

const DAY_MS = 24 * 3_600_000;
/** A TLS client knows the machine's time and no other. */
const NOW_MS = Date.now();

async function freshDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'porchlight-certificates-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return join(dir, 'dev');
}

const numberOf = (pem: string) => new X509Certificate(pem).serialNumber;

/** Whether a client that trusts `ca` alone comes through to a server with this certificate. */
async function handshake(
  server: { cert: string; key: string },
  ca: string,
  servername: string,
): Promise<'trusted' | string> {
  const listener = createServer(server, (socket) => socket.end()).listen(0, '127.0.0.1');
  listener.on('tlsClientError', () => {});
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  try {
    // By IP no name is sent, and the address that is checked is the one connected to.
    const byName = servername === '127.0.0.1' ? {} : { servername };
    const socket = connect({ host: '127.0.0.1', port, ca, ...byName });
    socket.on('error', () => {});
    return await new Promise((resolve) => {
      socket.once('secureConnect', () => resolve('trusted'));
      socket.once('error', (error: NodeJS.ErrnoException) =>
        resolve(`${error.code}: ${error.message}`),
      );
    });
  } finally {
    listener.close();
  }
}

describe('development certificates', () => {
  it.each(['localhost', '127.0.0.1'])(
    'are trusted for %s by whoever trusts the CA',
    async (name) => {
      const certificates = await openDevCertificates({ dir: await freshDir(), nowMs: NOW_MS });
      expect(await handshake(certificates, certificates.ca, name)).toBe('trusted');
    },
  );

  it('are trusted by nobody else', async () => {
    const mine = await openDevCertificates({ dir: await freshDir(), nowMs: NOW_MS });
    const yours = await openDevCertificates({ dir: await freshDir(), nowMs: NOW_MS });
    expect(await handshake(mine, yours.ca, 'localhost')).toMatch(/SELF_SIGNED|UNABLE/);
  });

  it('are for no other name', async () => {
    const certificates = await openDevCertificates({ dir: await freshDir(), nowMs: NOW_MS });
    expect(await handshake(certificates, certificates.ca, 'porchlight.example')).toContain(
      'ERR_TLS_CERT_ALTNAME_INVALID',
    );
  });

  it('come from a CA whose word counts for no other address, even from who has its key', async () => {
    const dir = await freshDir();
    const { ca } = await openDevCertificates({ dir, nowMs: NOW_MS });
    const forged = await signedByCa(dir, 'DNS:porchlight.example,IP:10.0.0.1');
    expect(await handshake(forged, ca, 'porchlight.example')).toContain(
      'permitted subtree violation',
    );
    const honest = await signedByCa(dir, 'DNS:localhost');
    expect(await handshake(honest, ca, 'localhost')).toBe('trusted');
  });

  it('pass the strict checks of OpenSSL, purpose and constraints included', async () => {
    const dir = await freshDir();
    const { caPath } = await openDevCertificates({ dir, nowMs: NOW_MS });
    for (const name of [
      ['-verify_hostname', 'localhost'],
      ['-verify_ip', '127.0.0.1'],
      ['-verify_ip', '::1'],
    ]) {
      const strict = ['verify', '-x509_strict', '-purpose', 'sslserver', ...name];
      const output = await openssl([...strict, '-CAfile', caPath, join(dir, 'server.pem')]);
      expect(output).toMatch(/: OK\s*$/);
    }
  });

  it('are taken by curl', async () => {
    const certificates = await openDevCertificates({ dir: await freshDir(), nowMs: NOW_MS });
    const listener = createServer(certificates, (socket) => {
      socket.end('HTTP/1.1 204 No Content\r\n\r\n');
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void listener.close());
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const { stdout } = await promisify(execFile)('curl', [
      ...['--silent', '--show-error', '--max-time', '5', '--noproxy', '*'],
      ...['--cacert', certificates.caPath, '--write-out', '%{http_code}'],
      `https://localhost:${port}/`,
    ]);
    expect(stdout).toBe('204');
  });

  it('stay as they are when opened again', async () => {
    const dir = await freshDir();
    const first = await openDevCertificates({ dir, nowMs: NOW_MS });
    const again = await openDevCertificates({ dir, nowMs: NOW_MS + 300 * DAY_MS });
    expect(again).toEqual(first);
  });

  it('are readable by their owner alone, as far as they are secret', async () => {
    const dir = await freshDir();
    await openDevCertificates({ dir, nowMs: NOW_MS });
    const mode = async (name: string) => ((await stat(join(dir, name))).mode & 0o777).toString(8);
    expect(await mode('ca-key.pem')).toBe('600');
    expect(await mode('server-key.pem')).toBe('600');
    expect(await mode('ca.pem')).toBe('644');
    expect((await readdir(dir)).sort()).toEqual([
      ...['ca-key.pem', 'ca.pem', 'server-key.pem', 'server.pem'],
    ]);
  });

  it('get a new server certificate of the same CA when the old one has less than 30 days', async () => {
    const dir = await freshDir();
    const first = await openDevCertificates({ dir, nowMs: NOW_MS });
    const { validFrom, validTo } = new X509Certificate(first.cert);
    expect(Date.parse(validTo) - Date.parse(validFrom)).toBe(397 * DAY_MS);

    const late = NOW_MS + 368 * DAY_MS;
    const renewed = await openDevCertificates({ dir, nowMs: late });
    expect(renewed.ca).toBe(first.ca);
    expect(numberOf(renewed.cert)).not.toBe(numberOf(first.cert));
    expect(Date.parse(new X509Certificate(renewed.cert).validTo)).toBeGreaterThan(
      late + 396 * DAY_MS,
    );
  });

  it('get a new CA when the old one ends', async () => {
    const dir = await freshDir();
    const first = await openDevCertificates({ dir, nowMs: NOW_MS });
    const renewed = await openDevCertificates({ dir, nowMs: NOW_MS + 3630 * DAY_MS });
    expect(numberOf(renewed.ca)).not.toBe(numberOf(first.ca));
  });

  it.each<[string, (dir: string) => Promise<void>]>([
    ['is missing', (dir) => rm(join(dir, 'server.pem'))],
    ['is damaged', (dir) => writeFile(join(dir, 'server.pem'), 'not a certificate')],
    ['has another key', async (dir) => writeFile(join(dir, 'server-key.pem'), await anotherKey())],
    ['is of another CA', async (dir) => copyServer(await freshDir(), dir)],
  ])('get a new server certificate when the one there %s', async (_name, spoil) => {
    const dir = await freshDir();
    const first = await openDevCertificates({ dir, nowMs: NOW_MS });
    await spoil(dir);
    const again = await openDevCertificates({ dir, nowMs: NOW_MS });
    expect(again.ca).toBe(first.ca);
    expect(numberOf(again.cert)).not.toBe(numberOf(first.cert));
    expect(await handshake(again, again.ca, 'localhost')).toBe('trusted');
  });

  it("are not made anew over a CA that was trusted but can't sign any more", async () => {
    const dir = await freshDir();
    await openDevCertificates({ dir, nowMs: NOW_MS });
    await rm(join(dir, 'ca-key.pem'));
    await expect(openDevCertificates({ dir, nowMs: NOW_MS })).rejects.toThrow(
      `${dir}: ca.pem and ca-key.pem don't go together; delete both to have new ones made`,
    );
  });
});

describe('the lines that make clients trust the CA', () => {
  it('quote the path for the shell they are for', () => {
    const [node] = trustLines("/home/o'neil/ca.pem", 'https://localhost:4281', 'linux');
    expect(node).toBe(`Node.js   export NODE_EXTRA_CA_CERTS='/home/o'\\''neil/ca.pem'`);
    const [onWindows] = trustLines("C:\\o'neil\\ca.pem", 'https://localhost:4281', 'win32');
    expect(onWindows).toBe("Node.js   $env:NODE_EXTRA_CA_CERTS = 'C:\\o''neil\\ca.pem'");
  });

  it.each([
    ['linux', 'certutil -d sql:'],
    ['darwin', 'security add-trusted-cert'],
    ['win32', 'certutil -user -addstore Root'],
  ] as const)('name the tool of %s', (platform, tool) => {
    const lines = trustLines('/ca.pem', 'https://localhost:4281', platform);
    expect(lines.map((line) => line.split(/ +/)[0])).toEqual(['Node.js', 'curl', 'browsers']);
    expect(lines[1]).toContain('https://localhost:4281');
    expect(lines[2]).toContain(tool);
  });
});

async function openssl(args: readonly string[]): Promise<string> {
  return (await promisify(execFile)('openssl', args)).stdout;
}

/** What a thief of the CA's key could make. */
async function signedByCa(dir: string, names: string): Promise<{ cert: string; key: string }> {
  const path = (name: string) => join(dir, name);
  await writeFile(path('other-key.pem'), await anotherKey());
  await writeFile(path('names'), `subjectAltName=${names}\n`);
  const subject = ['-new', '-subj', '/CN=other', '-key', path('other-key.pem')];
  await openssl(['req', ...subject, '-out', path('other.csr')]);
  const ca = ['-CA', path('ca.pem'), '-CAkey', path('ca-key.pem'), '-CAcreateserial'];
  const cert = await openssl([
    ...['x509', '-req', '-in', path('other.csr'), ...ca],
    ...['-days', '30', '-extfile', path('names')],
  ]);
  return { cert, key: await readFile(path('other-key.pem'), 'utf8') };
}

async function anotherKey(): Promise<string> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

async function copyServer(from: string, to: string): Promise<void> {
  await openDevCertificates({ dir: from, nowMs: NOW_MS });
  for (const name of ['server.pem', 'server-key.pem']) {
    await writeFile(join(to, name), await readFile(join(from, name)));
  }
}
