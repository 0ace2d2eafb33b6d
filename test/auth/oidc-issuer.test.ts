import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openDevCertificates } from '../../src/auth/dev-certificates/open.ts';
import { IssuerUnavailable, Unauthenticated } from '../../src/auth/errors.ts';
import { type OidcIssuerOptions, oidcIssuer } from '../../src/auth/oidc-issuer.ts';
import { createVerifier } from '../../src/auth/verifier.ts';
import { ManualClock } from '../../src/clock.ts';
import { AUDIENCE, createSigner, type Signer, START_MS, TENANT, USER } from './issuing.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const LATER = START_MS / 1000 + 7 * 24 * 3600;

let signer: Signer;
beforeAll(async () => {
  signer = await createSigner();
});

/** A provider that answers as its fields say; they may be changed while it runs. */
interface Provider {
  /** Its address, which is its issuer too. */
  readonly url: string;
  signers: readonly Signer[];
  /** Answers instead of the usual, where it returns true. */
  instead: (path: string, response: ServerResponse) => boolean;
  readonly requests: string[];
  stop(): void;
}

async function startProvider(tls?: { key: string; cert: string }): Promise<Provider> {
  const answer: RequestListener = (request, response) => {
    const path = request.url ?? '';
    provider.requests.push(path);
    if (provider.instead(path, response)) return;
    const { url, signers } = provider;
    const body = path.endsWith('/keys')
      ? { keys: signers.map(({ publicJwk }) => publicJwk) }
      : { issuer: url, jwks_uri: `${url}/keys` };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  };
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(stop);
  const { port } = server.address() as AddressInfo;
  const provider: Provider = {
    url: tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    signers: [signer],
    instead: () => false,
    requests: [],
    stop,
  };
  return provider;
}

function trust(provider: Provider, differing: Partial<OidcIssuerOptions> = {}) {
  const clock = new ManualClock(START_MS);
  const issuer = oidcIssuer({
    issuer: provider.url,
    tenantId: TENANT,
    audiences: [AUDIENCE],
    clock,
    ...differing,
  });
  return { clock, issuer, verifier: createVerifier({ issuers: [issuer], clock }) };
}

let tokens = 0;
/** Another token each time, so that none is known already. */
const newToken = (provider: Provider, by = signer) =>
  by.sign({ iss: provider.url, exp: LATER, jti: String(++tokens) });

describe("a provider's keys", () => {
  it('are found through its discovery document, with the first token and not before', async () => {
    const provider = await startProvider();
    const { verifier } = trust(provider);
    expect(provider.requests).toEqual([]);
    expect(await verifier.verify(await newToken(provider))).toMatchObject({ userId: USER });
    expect(provider.requests).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it('are fetched once for all who need them at the same time', async () => {
    const provider = await startProvider();
    const { verifier } = trust(provider);
    const many = await Promise.all(Array.from({ length: 10 }, () => newToken(provider)));
    await Promise.all(many.map((token) => verifier.verify(token)));
    expect(provider.requests).toHaveLength(2);
  });

  it('are fetched again after ten minutes, and a withdrawn key stops counting', async () => {
    const provider = await startProvider();
    const { verifier, clock } = trust(provider);
    await verifier.verify(await newToken(provider));
    provider.signers = [await createSigner('ES256', 'key-2')];
    clock.advance(10 * MINUTE_MS - 1);
    await verifier.verify(await newToken(provider));
    expect(provider.requests).toHaveLength(2);
    clock.advance(1);
    await expect(verifier.verify(await newToken(provider))).rejects.toThrow('does not publish');
  });

  it('may be rotated: a token with a new one is taken without a wait', async () => {
    const provider = await startProvider();
    const { verifier, clock } = trust(provider);
    await verifier.verify(await newToken(provider));
    const next = await createSigner('RS256', 'key-2');
    provider.signers = [signer, next];
    clock.advance(30_000);
    expect(await verifier.verify(await newToken(provider, next))).toMatchObject({ userId: USER });
  });

  it("aren't asked for by every token with an unknown key", async () => {
    const provider = await startProvider();
    const { verifier, clock } = trust(provider);
    const stranger = await createSigner('ES256', 'key-9');
    const refused = async () => {
      const token = await newToken(provider, stranger);
      await expect(verifier.verify(token)).rejects.toThrow(Unauthenticated);
    };
    for (let n = 0; n < 5; n++) await refused();
    expect(provider.requests).toHaveLength(2);
    clock.advance(30_000);
    for (let n = 0; n < 5; n++) await refused();
    expect(provider.requests).toHaveLength(4);
  });

  it('come over TLS from whom the client trusts', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'porchlight-oidc-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const certificates = await openDevCertificates({ dir, nowMs: Date.now() });
    const provider = await startProvider(certificates);
    const token = await newToken(provider);

    const trusting = trust(provider, { fetch: fetchTrusting(certificates.ca) });
    expect(await trusting.verifier.verify(token)).toMatchObject({ userId: USER });

    const wary = trust(provider);
    await expect(wary.verifier.verify(token)).rejects.toThrow(IssuerUnavailable);
    expect(await wary.issuer.ready()).toMatchObject({ reason: /certificate/ });
  });

  it('are found for an issuer that ends with a slash, as those of Entra v1 do', async () => {
    const provider = await startProvider();
    const issuer = `${provider.url}/`;
    provider.instead = (path, response) => {
      if (path === '/keys') return false;
      response.end(JSON.stringify({ issuer, jwks_uri: `${provider.url}/keys` }));
      return true;
    };
    const { verifier } = trust(provider, { issuer });
    const token = await signer.sign({ iss: issuer });
    expect(await verifier.verify(token)).toMatchObject({ userId: USER });
    expect(provider.requests[0]).toBe('/.well-known/openid-configuration');
  });
});

describe('a provider that fails', () => {
  const broken = (path: string, response: ServerResponse) => {
    response.writeHead(500).end(path);
    return true;
  };

  it('makes tokens unjudgeable, and is asked again after five seconds', async () => {
    const provider = await startProvider();
    provider.instead = broken;
    const { verifier, clock } = trust(provider);
    const token = await newToken(provider);
    await expect(verifier.verify(token)).rejects.toThrow(IssuerUnavailable);
    provider.instead = () => false;
    await expect(verifier.verify(token)).rejects.toThrow(IssuerUnavailable);
    expect(provider.requests).toHaveLength(1);
    clock.advance(5000);
    expect(await verifier.verify(token)).toMatchObject({ userId: USER });
  });

  it('leaves its known keys in use for a day', async () => {
    const provider = await startProvider();
    const { verifier, clock } = trust(provider);
    await verifier.verify(await newToken(provider));
    provider.instead = broken;
    clock.advance(23 * HOUR_MS);
    expect(await verifier.verify(await newToken(provider))).toMatchObject({ userId: USER });
    clock.advance(HOUR_MS);
    const late = verifier.verify(await newToken(provider));
    await expect(late).rejects.toThrow(IssuerUnavailable);
  });

  it("can't have an unknown key judged: it may be the next one", async () => {
    const provider = await startProvider();
    const { verifier, clock } = trust(provider);
    await verifier.verify(await newToken(provider));
    provider.instead = broken;
    clock.advance(30_000);
    const next = await newToken(provider, await createSigner('ES256', 'key-2'));
    await expect(verifier.verify(next)).rejects.toThrow(IssuerUnavailable);
  });

  it('is waited for no longer than the time limit', async () => {
    const provider = await startProvider();
    const waits = () => true;
    provider.instead = waits;
    const { verifier, issuer } = trust(provider, { timeoutMs: 50 });
    await expect(verifier.verify(await newToken(provider))).rejects.toThrow(IssuerUnavailable);
    expect(await issuer.ready()).toMatchObject({ reason: /no answer within 50 ms$/ });
  });

  it('is waited for no longer when its answer never ends', async () => {
    const provider = await startProvider();
    provider.instead = (_path, response) => response.writeHead(200).write('{');
    const { issuer } = trust(provider, { timeoutMs: 50 });
    expect(await issuer.ready()).toMatchObject({ reason: /no answer within 50 ms$/ });
  });

  it.each<[string, Provider['instead'], RegExp]>([
    ['it hangs up', (_path, response) => response.destroy() !== undefined, /./],
    [
      'it is another issuer',
      (_path, response) => ends(response, { issuer: 'https://other.example', jwks_uri: 'x' }),
      /says its issuer is "https:\/\/other\.example", configured is "http:/,
    ],
    [
      'it sends one elsewhere',
      (_path, response) => {
        response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
        return true;
      },
      /answered with status 302$/,
    ],
    [
      'its answer is endless',
      (_path, response) => {
        response.end('x'.repeat(300_000));
        return true;
      },
      /longer than 262144 bytes$/,
    ],
    ['its answer is not JSON', (_path, response) => !!response.end('<html>'), /not JSON$/],
    ['its answer is not an object', (_path, response) => ends(response, null), /no JSON object$/],
    [
      'its keys are no keys',
      (path, response) => path === '/keys' && ends(response, { keys: 5 }),
      /JSON Web Key Set malformed/,
    ],
  ])('is not ready, and says why: %s', async (_name, instead, reason) => {
    const provider = await startProvider();
    provider.instead = instead;
    const { issuer, verifier } = trust(provider);
    expect(await issuer.ready()).toMatchObject({ ready: false, reason });
    const verified = verifier.verify(await newToken(provider));
    await expect(verified).rejects.toThrow(IssuerUnavailable);
  });

  it('is not ready, and says why: its keys lie off this machine without TLS', async () => {
    const provider = await startProvider();
    provider.instead = (_path, response) =>
      ends(response, { issuer: provider.url, jwks_uri: 'http://keys.example/' });
    expect(await trust(provider).issuer.ready()).toEqual({
      ready: false,
      reason: 'jwks_uri "http://keys.example/" is not an https address',
    });
  });

  it('is not ready, and says why: nobody listens', async () => {
    const provider = await startProvider();
    provider.stop();
    // localhost may have two addresses, which fail in a form of their own.
    for (const issuer of [provider.url, provider.url.replace('127.0.0.1', 'localhost')]) {
      const { ready } = trust(provider, { issuer }).issuer;
      expect(await ready()).toMatchObject({ ready: false, reason: /ECONNREFUSED/ });
    }
  });

  it('is ready once it answers', async () => {
    const provider = await startProvider();
    expect(await trust(provider).issuer.ready()).toEqual({ ready: true });
  });
});

describe('a configured issuer', () => {
  const configured = { issuer: 'https://login.example', tenantId: TENANT, audiences: [AUDIENCE] };

  it.each<[string, Partial<OidcIssuerOptions>, string]>([
    [
      'http beyond this machine',
      { issuer: 'http://login.example' },
      'issuer "http://login.example',
    ],
    ['no address', { issuer: 'login.example' }, 'is not an https address'],
    [
      'a name that only looks like loopback',
      { issuer: 'http://127.0.0.1.example' },
      'not an https',
    ],
    ['a tenant that is no GUID', { tenantId: 'contoso' }, 'tenantId "contoso" is not a GUID'],
    ['no audience', { audiences: [] }, 'audiences is empty'],
  ])('is refused with %s', (_name, differing, reason) => {
    expect(() => oidcIssuer({ ...configured, ...differing })).toThrow(reason);
  });

  it('matches its own name and no other', () => {
    const issuer = oidcIssuer(configured);
    expect(issuer.matches('https://login.example')).toBe(true);
    expect(issuer.matches('https://login.example/')).toBe(false);
    expect(issuer.matches('https://login.example.evil.example')).toBe(false);
  });
});

function ends(response: ServerResponse, body: unknown): true {
  response.end(JSON.stringify(body));
  return true;
}

/** What Node's fetch does when it is started with NODE_EXTRA_CA_CERTS. */
function fetchTrusting(ca: string): typeof fetch {
  return (input) =>
    new Promise((resolve, reject) => {
      httpsRequest(String(input), { ca, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve(new Response(Buffer.concat(chunks), { status: response.statusCode ?? 0 }));
        });
      })
        .on('error', reject)
        .end();
    });
}
