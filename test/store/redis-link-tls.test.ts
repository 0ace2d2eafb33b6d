import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openDevCertificates } from '../../src/auth/dev-certificates/open.ts';
import { temporaryFolder } from '../program.ts';
import { freePort, startRedis } from '../redis-server.ts';

const CHILD = fileURLToPath(new URL('redis-tls-child.mjs', import.meta.url));

/** What becomes of opening a link, by a process that trusts an authority beside the usual ones, or none. */
async function opened(url: string, caPath = ''): Promise<string> {
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: caPath };
  return (await promisify(execFile)(process.execPath, [CHILD, url], { env })).stdout;
}

describe('a link by TLS', () => {
  it('is to whom the machine trusts', async () => {
    const dir = temporaryFolder();
    const { caPath } = await openDevCertificates({ dir, nowMs: Date.now() });
    const tls = {
      'tls-ca-cert-file': caPath,
      'tls-cert-file': `${dir}/server.pem`,
      'tls-key-file': `${dir}/server-key.pem`,
      'tls-auth-clients': 'no',
    };
    const port = await freePort();
    const server = await startRedis({ settings: { ...tls, 'tls-port': String(port) } });
    try {
      const url = `rediss://127.0.0.1:${port}`;
      expect(await opened(url, caPath)).toBe('open');
      expect(await opened(url)).toMatch(/certificate/);
      expect(await opened(`redis://127.0.0.1:${port}`, caPath)).not.toBe('open');
    } finally {
      await server.stop();
    }
  });
});
