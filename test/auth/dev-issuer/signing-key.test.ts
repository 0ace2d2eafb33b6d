import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AS_APP, BRIDGE, CONTOSO, start } from './running.ts';

describe('the signing key', () => {
  async function freshDir() {
    const dir = await mkdtemp(join(tmpdir(), 'porchlight-issuer-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    return dir;
  }

  it('is kept, for its owner only, so that tokens outlive a restart', async () => {
    const dataDir = await freshDir();
    const { ask } = await start({ dataDir });
    const { body } = await ask(AS_APP);
    const path = join(dataDir, 'dev', 'issuer-key.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const { verifier } = await start({ dataDir });
    expect(await verifier.verify(body.access_token)).toMatchObject({ appId: BRIDGE });
  });

  it('is published without its private half', async () => {
    const dataDir = await freshDir();
    const { url } = await start({ dataDir });
    const response = await fetch(`${url}/${CONTOSO}/discovery/v2.0/keys`);
    const { keys } = (await response.json()) as { keys: object[] };
    expect(keys.map((key) => Object.keys(key).sort())).toEqual([
      ['alg', 'e', 'kid', 'kty', 'n', 'use'],
    ]);
    const kept = await readFile(join(dataDir, 'dev', 'issuer-key.json'), 'utf8');
    expect(JSON.parse(kept)).toMatchObject({ kty: 'RSA', d: expect.any(String) });
  });

  it.each(['', '{}', '{"kty":"RSA","n":"AQAB","e":"AQAB"}'])(
    'stops the start when its file holds %j',
    async (content) => {
      const dataDir = await freshDir();
      await start({ dataDir });
      const path = join(dataDir, 'dev', 'issuer-key.json');
      await writeFile(path, content);
      await expect(start({ dataDir })).rejects.toThrow(`${path}: this is not a private RSA key`);
    },
  );
});
