import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { IssuerUnavailable, Unauthenticated } from '../../src/auth/errors.ts';
import { createVerifier, type VerifierOptions } from '../../src/auth/verifier.ts';
import { ManualClock } from '../../src/clock.ts';
import {
  APP,
  AUDIENCE,
  type Claims,
  createSigner,
  delegatedClaims,
  ISS,
  type Signer,
  START_MS,
  TENANT,
  trusting,
  USER,
} from './issuing.ts';

const HOUR_MS = 3_600_000;
const GONE: Claims = { tid: undefined, oid: undefined, azp: undefined, scp: undefined };

let signer: Signer;
beforeAll(async () => {
  signer = await createSigner();
});

function setUp(options: Partial<VerifierOptions> = {}) {
  const clock = new ManualClock(START_MS);
  const issuer = trusting([signer]);
  return { clock, issuer, verifier: createVerifier({ issuers: [issuer], clock, ...options }) };
}

/** The sentence a token is refused with. */
async function refusalOf(token: string, verifier = setUp().verifier): Promise<string> {
  try {
    await verifier.verify(token);
  } catch (error) {
    expect(error).toBeInstanceOf(Unauthenticated);
    return (error as Error).message;
  }
  throw new Error('the token was taken');
}

describe('whoever wants to know of good tokens', () => {
  it('is told of each once, with its claims, and of no bad one', async () => {
    const told: unknown[] = [];
    const onVerified: VerifierOptions['onVerified'] = ({ userId }, { name }) =>
      void told.push([userId, name]);
    const { verifier, clock } = setUp({ onVerified });
    const token = await signer.sign({ name: 'Ada Moreau' });
    await Promise.all([verifier.verify(token), verifier.verify(token)]);
    await verifier.verify(token);
    await refusalOf(await signer.sign({ aud: 'elsewhere' }), verifier);
    expect(told).toEqual([[USER, 'Ada Moreau']]);
    // Checked anew after a while, it is as good as new.
    clock.advance(10 * 60_000);
    await verifier.verify(token);
    expect(told).toHaveLength(2);
  });
});

describe('who calls', () => {
  it('is a user with the delegated permissions of scp, whatever the roles', async () => {
    const token = await signer.sign({ oid: USER.toUpperCase(), roles: ['Presence.ReadWrite.All'] });
    expect(await setUp().verifier.verify(token)).toEqual({
      tenantId: TENANT,
      appId: APP,
      userId: USER,
      permissions: new Set(['Presence.Read', 'Presence.ReadWrite']),
      expiresMs: START_MS + 3_600_000,
    });
  });

  it('is an application with its roles when there is no scp', async () => {
    const claims = { scp: undefined, oid: APP, roles: ['Presence.Read.All'] };
    expect(await setUp().verifier.verify(await signer.sign(claims))).toEqual({
      tenantId: TENANT,
      appId: APP,
      userId: null,
      permissions: new Set(['Presence.Read.All']),
      expiresMs: START_MS + 3_600_000,
    });
  });

  it('has a token that ends by the year 275760, however late its issuer says', async () => {
    const { expiresMs } = await setUp().verifier.verify(await signer.sign({ exp: 1e300 }));
    expect(new Date(expiresMs).toISOString()).toBe('+275760-09-13T00:00:00.000Z');
  });

  it('is an application without permissions when there are no roles either', async () => {
    const caller = await setUp().verifier.verify(await signer.sign({ scp: undefined }));
    expect(caller).toMatchObject({ userId: null, permissions: new Set() });
  });

  it('is a user without permissions when scp is empty, not an application', async () => {
    const caller = await setUp().verifier.verify(await signer.sign({ scp: '' }));
    expect(caller).toMatchObject({ userId: USER, permissions: new Set() });
  });

  it.each(['azp', 'appid', 'client_id'])('has its app in %s', async (claim) => {
    const token = await signer.sign({ azp: undefined, [claim]: APP.toUpperCase() });
    expect(await setUp().verifier.verify(token)).toMatchObject({ appId: APP });
  });

  it('belongs to the tenant of its issuer when the token names none', async () => {
    const token = await signer.sign({ tid: undefined });
    expect(await setUp().verifier.verify(token)).toMatchObject({ tenantId: TENANT });
  });

  it('is read from the claims an issuer is configured with', async () => {
    const claims = { user: 'sub', app: 'client.id', scopes: 'scope', roles: 'realm_access.roles' };
    const issuer = trusting([signer], { claims });
    const verifier = createVerifier({ issuers: [issuer], clock: new ManualClock(START_MS) });
    const own = { ...GONE, client: { id: APP }, realm_access: { roles: ['Presence.Read.All'] } };

    const user = { ...own, sub: USER, scope: 'openid Presence.Read' };
    expect(await verifier.verify(await signer.sign(user))).toMatchObject({
      appId: APP,
      userId: USER,
      permissions: new Set(['openid', 'Presence.Read']),
    });
    expect(await verifier.verify(await signer.sign(own))).toMatchObject({
      userId: null,
      permissions: new Set(['Presence.Read.All']),
    });
  });

  it('may hold a token for one of several audiences', async () => {
    const token = await signer.sign({ aud: ['https://other.example', AUDIENCE] });
    expect(await setUp().verifier.verify(token)).toMatchObject({ userId: USER });
  });
});

describe('a token is taken when signed with', () => {
  it.each([
    ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
    ...['ES256', 'ES384', 'EdDSA', 'Ed25519'],
  ])('%s', async (alg) => {
    const other = await createSigner(alg);
    const verifier = createVerifier({
      issuers: [trusting([other])],
      clock: new ManualClock(START_MS),
    });
    expect(await verifier.verify(await other.sign())).toMatchObject({ userId: USER });
  });
});

describe('a token is refused', () => {
  const parts = (header: object, claims: object) =>
    [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));

  it('without a signature', async () => {
    const unsigned = `${parts({ alg: 'none' }, delegatedClaims()).join('.')}.`;
    expect(await refusalOf(unsigned)).toBe('The token is not signed.');
    const inCapitals = `${parts({ alg: 'NONE' }, delegatedClaims()).join('.')}.`;
    expect(await refusalOf(inCapitals)).toBe('The token is not signed.');
  });

  it('when its signature is one that whoever checks it could make', async () => {
    const text = parts({ alg: 'HS256', kid: 'key-1' }, delegatedClaims()).join('.');
    const publicKey = JSON.stringify(signer.publicJwk);
    const mac = createHmac('sha256', publicKey).update(text).digest('base64url');
    expect(await refusalOf(`${text}.${mac}`)).toMatch(
      /^The token is signed with "HS256"; accepted: RS256, .+\.$/,
    );
  });

  it('when it was changed after it was signed', async () => {
    const [header, , signature] = (await signer.sign()).split('.');
    const [, changed] = parts({}, { ...delegatedClaims(), oid: APP });
    expect(await refusalOf(`${header}.${changed}.${signature}`)).toBe(
      `The token's signature is not one of ${ISS}.`,
    );
  });

  it("when it is one of Microsoft's own Graph, with a word on what to do", async () => {
    const [, claims, signature] = (await signer.sign()).split('.');
    const [header] = parts({ alg: 'ES256', kid: 'key-1', nonce: 'n' }, {});
    expect(await refusalOf(`${header}.${claims}.${signature}`)).toContain(
      'ask for one with an audience of your own',
    );
  });

  it('when another key than its issuer has signed it', async () => {
    const stranger = await createSigner('ES256', 'key-9');
    expect(await refusalOf(await stranger.sign())).toBe(
      `The token is signed with key "key-9", which ${ISS} does not publish.`,
    );
    const impostor = await createSigner('ES256', 'key-1');
    expect(await refusalOf(await impostor.sign())).toBe(
      `The token's signature is not one of ${ISS}.`,
    );
  });

  it('when it names no key and its issuer has several', async () => {
    const issuer = trusting([signer, await createSigner('ES256', 'key-2')]);
    const verifier = createVerifier({ issuers: [issuer], clock: new ManualClock(START_MS) });
    const token = await signer.sign({}, { kid: undefined });
    expect(await refusalOf(token, verifier)).toBe(
      `The token names no key (kid), and ${ISS} publishes several.`,
    );
  });

  it.each<[string, Claims, string]>([
    [
      'of an unknown issuer',
      { iss: 'https://evil.example' },
      'The token\'s issuer "https://evil.example" is not a trusted one.',
    ],
    ['without an issuer', { iss: undefined }, 'The token names no issuer (iss).'],
    [
      'for another audience',
      { aud: 'api://other' },
      `The token's audience is "api://other"; accepted from ${ISS}: "${AUDIENCE}".`,
    ],
    ['without an audience', { aud: undefined }, 'The token has no aud.'],
    [
      'of another tenant',
      { tid: APP },
      `The token is of tenant "${APP}"; its issuer is trusted for tenant "${TENANT}".`,
    ],
    ['without an end', { exp: undefined }, 'The token has no exp.'],
    ['that ended', { exp: START_MS / 1000 - 60 }, 'The token expired at 2026-11-21T07:59:00.000Z.'],
    [
      'in the second it ends',
      { exp: START_MS / 1000 },
      'The token expired at 2026-11-21T08:00:00.000Z.',
    ],
    [
      'that begins later',
      { nbf: START_MS / 1000 + 60 },
      'The token is not valid before 2026-11-21T08:01:00.000Z.',
    ],
    [
      'that begins at no date there is',
      { nbf: 1e300 },
      'The token is not valid before second 1e+300.',
    ],
    ['of a user without an id', { oid: undefined }, 'The token has no oid.'],
    [
      'of a user whose id is no GUID',
      { oid: 'ada' },
      'The token\'s oid is "ada", which is not a GUID.',
    ],
    ['without an app', { azp: undefined }, 'The token has no azp or appid or client_id.'],
    ['whose app id is no GUID', { azp: 7 }, 'The token\'s azp is "7", which is not a GUID.'],
    [
      'with scopes that are no text',
      { scp: 7 },
      "The token's scp is neither a string nor an array of strings.",
    ],
    [
      'with roles that are no text',
      { scp: undefined, roles: [7] },
      "The token's roles is neither a string nor an array of strings.",
    ],
  ])('%s', async (_name, claims, sentence) => {
    expect(await refusalOf(await signer.sign(claims))).toBe(sentence);
  });

  it('when its end is no number', async () => {
    const token = await signer.sign({ exp: 'tomorrow' });
    expect(await refusalOf(token)).toBe("The token's exp is not a time in seconds.");
  });

  it.each(['', 'x', 'a.b.c', '..', '😀.😀.😀', 'e30.e30.e30'])('when it is %j', async (token) => {
    expect(await refusalOf(token)).toMatch(/well-formed|not signed/);
  });

  it('unread when it is longer than 16 KB', async () => {
    const { verifier, issuer } = setUp();
    const long = await signer.sign({ padding: 'x'.repeat(16_384) });
    expect(() => verifier.verify(long)).toThrow(/^The token is \d+ characters long; 16384/);
    expect(issuer.asked.times).toBe(0);
  });

  it('with a message that stays short, whatever the token says', async () => {
    const message = await refusalOf(await signer.sign({ iss: 'x'.repeat(8_000) }));
    expect(message.length).toBeLessThan(300);
  });

  it('as 503 and not as 401 when the keys cannot be had', async () => {
    const issuer = trusting([signer], {
      keys: () => Promise.reject(new TypeError('fetch failed')),
    });
    const verifier = createVerifier({ issuers: [issuer], clock: new ManualClock(START_MS) });
    await expect(verifier.verify(await signer.sign())).rejects.toThrow(IssuerUnavailable);
  });
});

describe('a token', () => {
  it('is known at once when it comes again', async () => {
    const { verifier, issuer } = setUp();
    const token = await signer.sign();
    const first = await verifier.verify(token);
    expect(verifier.verify(token)).toBe(first);
    expect(issuer.asked.times).toBe(1);
  });

  it('known from before is refused from the second it expires', async () => {
    const { verifier, clock } = setUp();
    const token = await signer.sign({ exp: START_MS / 1000 + 60 });
    await verifier.verify(token);
    clock.advance(59_999);
    expect(verifier.verify(token)).toMatchObject({ userId: USER });
    clock.advance(1);
    expect(await refusalOf(token, verifier)).toBe('The token expired at 2026-11-21T08:01:00.000Z.');
  });

  it('known from before is refused when the clock steps back to before its beginning', async () => {
    const { verifier, clock } = setUp();
    const token = await signer.sign();
    await verifier.verify(token);
    clock.advance(-1);
    expect(await refusalOf(token, verifier)).toContain('not valid before');
  });

  it('is checked anew after ten minutes, so that a withdrawn key stops counting', async () => {
    const { verifier, clock, issuer } = setUp();
    const token = await signer.sign();
    await verifier.verify(token);
    clock.advance(10 * 60_000 - 1);
    expect(verifier.verify(token)).not.toBeInstanceOf(Promise);
    clock.advance(1);
    expect(verifier.verify(token)).toBeInstanceOf(Promise);
    await verifier.verify(token);
    expect(issuer.asked.times).toBe(2);
  });

  it('is verified once for all who ask at the same time', async () => {
    const { verifier, issuer } = setUp();
    const token = await signer.sign();
    const callers = await Promise.all(Array.from({ length: 20 }, () => verifier.verify(token)));
    expect(new Set(callers).size).toBe(1);
    expect(issuer.asked.times).toBe(1);
  });

  it.each<[string, Claims]>([
    ['before a key is asked for', { iss: 'https://evil.example' }],
    ['after', { aud: 'x' }],
  ])('leaves nothing behind when it was refused %s', async (_name, claims) => {
    const { verifier } = setUp();
    const token = await signer.sign(claims);
    const first = verifier.verify(token);
    await expect(first).rejects.toThrow(Unauthenticated);
    const second = verifier.verify(token);
    await expect(second).rejects.toThrow(Unauthenticated);
    expect(second).not.toBe(first);
  });

  it('gives way to newer ones when the cache is full, and bad ones take no place', async () => {
    const { verifier } = setUp({ cacheSize: 2 });
    const tokens = await Promise.all([1, 2, 3].map((n) => signer.sign({ n })));
    const [first = '', second = '', third = ''] = tokens;
    await verifier.verify(first);
    await verifier.verify(second);
    for (const n of [4, 5, 6]) await refusalOf(await signer.sign({ n, aud: 'x' }), verifier);
    expect(verifier.verify(first)).not.toBeInstanceOf(Promise);
    await verifier.verify(third);
    expect(verifier.verify(first)).not.toBeInstanceOf(Promise);
    expect(verifier.verify(second)).toBeInstanceOf(Promise);
    await verifier.verify(second);
  });
});

describe('a clock skew', () => {
  it('lets a token in that much before its beginning and after its end, and no more', async () => {
    const { verifier, clock } = setUp({ clockSkewMs: 5000 });
    const token = await signer.sign();
    clock.advance(-5000);
    await verifier.verify(token);
    clock.set(START_MS + HOUR_MS + 4999);
    await verifier.verify(token);
    clock.advance(1);
    expect(await refusalOf(token, verifier)).toContain('expired');
  });
});
