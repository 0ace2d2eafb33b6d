import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { makeEncryptionCertificate } from '../../src/auth/dev-certificates/encryption-certificate.ts';
import { issuerAt } from '../../src/auth/discovery.ts';
import { createPublisher, type Publisher } from '../../src/auth/publisher/publisher.ts';
import { publisherRoutes } from '../../src/auth/publisher/routes.ts';
import { openSigningKey, type SigningKey } from '../../src/auth/signing-key.ts';
import { systemClock } from '../../src/clock.ts';
import { createEncryptor } from '../../src/notifications/encryption.ts';
import { recipientOf } from '../../src/notifications/recipient.ts';
import { fileOf, opensslCertificate } from '../notifications/certificates.ts';
import { type EncryptedContent, parse } from '../notifications/encrypted.ts';
import { type Running, run, start } from '../program.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const OTHER_TENANT = '11111111-1111-4111-8111-222222222222';
const APP = '33333333-3333-4333-8333-333333333333';
const OTHER_APP = '33333333-3333-4333-8333-444444444444';
const USER = '22222222-2222-4222-8222-222222222222';
const PUBLISHER = '0bf30f3b-4a52-48df-9a82-234910c4a086';
const SUBSCRIPTION = '55555555-5555-4555-8555-555555555555';
const CERTIFICATE_ID = 'certificate-1';
const CLIENT_STATE = 'our secret';
const PRESENCE = JSON.stringify({ id: USER, availability: 'Away', activity: 'BeRightBack' });

const certificate = makeEncryptionCertificate(Date.now());
const encryptor = createEncryptor();

let key: SigningKey;
let origin: string;
let publisher: Publisher;
let receiver: Running;
let url: string;

/** The issuer, our own and a receiver that knows it. */
beforeAll(async () => {
  key = await openSigningKey(null);
  const server = Fastify();
  const routes = publisherRoutes({ tenants: [TENANT, OTHER_TENANT], origin: () => origin, key });
  await server.register(routes);
  origin = await server.listen({ port: 0, host: '127.0.0.1' });
  publisher = createPublisher({
    key,
    issuerOf: (tenantId) => issuerAt(origin, tenantId),
    clock: systemClock,
    randomUUID,
  });
  ({ receiver, url } = await startReceiver());
  return () => server.close();
});
afterAll(() => receiver.kill());

async function startReceiver(env: Record<string, string> = {}) {
  const started = start(process.execPath, ['examples/receiver/receiver.mjs'], {
    env: {
      PORT: '0',
      ISSUERS: `https://issuer.example/,${issuerAt(origin, TENANT)}`,
      APP_ID: APP,
      CLIENT_STATE,
      CERTIFICATE_ID,
      PRIVATE_KEY: fileOf(certificate.privateKeyPem),
      ...env,
    },
  });
  const [, address = ''] = await started.line(/^Receiver at (\S+)$/);
  return { receiver: started, url: address };
}

async function encrypted(certificateId = CERTIFICATE_ID): Promise<EncryptedContent> {
  const recipient = recipientOf(certificate.certificate, certificateId, Date.now());
  if (typeof recipient === 'string') throw new Error(recipient);
  const [content = ''] = await encryptor.encrypt(recipient, [PRESENCE]);
  return parse(content);
}

/** What only this test's notification has: the receiver says it with whatever it refuses. */
const newSubscription = () => randomUUID();

const itemWith = (item: object) => ({
  subscriptionId: SUBSCRIPTION,
  clientState: CLIENT_STATE,
  changeType: 'updated',
  tenantId: TENANT,
  ...item,
});

async function post(body: unknown, to = url): Promise<number> {
  const response = await fetch(to, { method: 'POST', body: JSON.stringify(body) });
  expect(await response.text()).toBe('');
  return response.status;
}

/** Posts one item and gives what the receiver says of it. */
async function said(item: object, pattern: RegExp): Promise<string> {
  const validationTokens = [await publisher.tokenFor(TENANT, APP)];
  expect(await post({ value: [itemWith(item)], validationTokens })).toBe(202);
  return (await receiver.line(pattern))[0];
}

describe('the example receiver answers', () => {
  it('the handshake with its token, decoded', async () => {
    const token = 'Validation: Testing client <b>application</b> & reachability Request-Id: 1';
    const query = new URLSearchParams({ validationToken: token });
    const response = await fetch(`${url}/notify?key=1&${query}`, { method: 'POST' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(await response.text()).toBe(token);
  });

  it('with HTTPS too', async () => {
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const { pem, keyPath } = await opensslCertificate('-newkey', 'rsa:2048', ...names);
    const other = await startReceiver({ TLS_CERT: fileOf(pem), TLS_KEY: keyPath });
    expect(other.url).toMatch(/^https:/);
    const { port } = new URL(other.url);
    const answer = await run('curl', [
      ...['--silent', '--show-error', '--noproxy', '*', '--cacert', fileOf(pem), '--data', ''],
      `https://localhost:${port}/?validationToken=a%20b`,
    ]);
    expect(answer).toMatchObject({ code: 0, stdout: 'a b' });
    await other.receiver.kill();
  });

  it.each(['*', '//', '/%', '/?validationToken=%'])(
    'a request for %s, and goes on',
    async (path) => {
      const { hostname, port } = new URL(url);
      const answered = once(request({ hostname, port, path, method: 'POST' }).end('{'), 'response');
      const [{ statusCode }] = await answered;
      expect(statusCode).toBe(path.includes('=') ? 200 : 400);
    },
  );

  it.each([
    ['no JSON', 'hello'],
    ['another JSON', '{"value":1}'],
    ['nothing at all', 'null'],
  ])('%s with 400', async (_, body) => {
    const response = await fetch(url, { method: 'POST', body });
    expect(response.status).toBe(400);
  });

  it('what is no POST with 405', async () => {
    expect((await fetch(url)).status).toBe(405);
  });
});

describe('the example receiver reads', () => {
  it('resource data that our encryptor and publisher made', async () => {
    const line = await said({ encryptedContent: await encrypted() }, /^Presence: .*$/);
    expect(line).toBe(`Presence: ${USER} Away, BeRightBack`);
  });

  it('a notification without resource data, which has no token', async () => {
    const value = [itemWith({ resourceData: { id: USER } })];
    expect(await post({ value })).toBe(202);
    await receiver.line(new RegExp(`^Changed: ${USER}; ask for the presence$`));
  });

  it('missed notifications as a reason to ask for everything', async () => {
    await said({ lifecycleEvent: 'missed' }, /^Missed, \S+: resync/);
  });

  it('a call to reauthorize, and does so if it has a token', async () => {
    await said({ lifecycleEvent: 'reauthorizationRequired' }, /^Reauthorize \S+: no TOKEN/);

    const asked: unknown[] = [];
    const graph = createServer(({ method, url: path, headers }, response) => {
      asked.push([method, path, headers.authorization]);
      response.writeHead(204).end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void graph.close());
    await new Promise((resolve) => graph.once('listening', resolve));
    const { port } = graph.address() as AddressInfo;
    const other = await startReceiver({ TOKEN: 'secret', GRAPH: `http://127.0.0.1:${port}` });
    await post({ value: [itemWith({ lifecycleEvent: 'reauthorizationRequired' })] }, other.url);
    await other.receiver.line(/^Reauthorize \S+: 204$/);
    expect(asked).toEqual([
      ['POST', `/v1.0/subscriptions/${SUBSCRIPTION}/reauthorize`, 'Bearer secret'],
    ]);
    await other.receiver.kill();
  });
});

describe('the example receiver refuses an item', () => {
  const refused = async (item: object) => {
    const subscriptionId = newSubscription();
    return said({ subscriptionId, ...item }, new RegExp(`^Refused.*${subscriptionId}: .*$`));
  };
  const flipped = (base64: string) => {
    const bytes = Buffer.from(base64, 'base64');
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    return bytes.toString('base64');
  };

  it.each(['data', 'dataSignature'] as const)('with changed %s', async (field) => {
    const content = await encrypted();
    const encryptedContent = { ...content, [field]: flipped(content[field]) };
    expect(await refused({ encryptedContent })).toContain('its signature is not that of its data');
  });

  it('with a changed key', async () => {
    const content = await encrypted();
    await refused({ encryptedContent: { ...content, dataKey: flipped(content.dataKey) } });
  });

  it('for another certificate', async () => {
    expect(await refused({ encryptedContent: await encrypted('certificate-0') })).toContain(
      'it is encrypted for certificate certificate-0',
    );
  });

  it.each([['wrong'], [undefined], ['our secret!']])('with clientState %s', async (clientState) => {
    const encryptedContent = await encrypted();
    expect(await refused({ clientState, encryptedContent })).toContain('clientState is not ours');
    expect(await refused({ clientState, lifecycleEvent: 'missed' })).toContain('clientState');
  });

  it('of another tenant than the token is for', async () => {
    expect(
      await refused({ tenantId: OTHER_TENANT, encryptedContent: await encrypted() }),
    ).toContain(`no token of tenant ${OTHER_TENANT}`);
  });
});

describe('the example receiver refuses a notification', () => {
  const nowSeconds = Math.floor(Date.now() / 1000);
  /** A token as our publisher signs it, but for these claims. */
  const signed = async (claims: object, by?: SigningKey) => {
    const { keyId, privateKey } = by ?? key;
    const iss = issuerAt(origin, TENANT);
    const times = { iat: nowSeconds, nbf: nowSeconds, exp: nowSeconds + 600 };
    const names = { aud: APP, tid: TENANT, azp: PUBLISHER, appid: PUBLISHER };
    return new SignJWT({ iss, ...times, ...names, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: keyId })
      .sign(privateKey);
  };
  /** Each test has words of its own at the end of what is said. */
  const refused = async (validationTokens: readonly string[], says: string) => {
    const encryptedContent = await encrypted();
    const subscriptionId = newSubscription();
    const body = { value: [itemWith({ subscriptionId, encryptedContent })], validationTokens };
    expect(await post(body)).toBe(202);
    const plain = says.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    await receiver.line(new RegExp(`^Refused: validation token: .*${plain}$`));
  };

  it('with a token for another application', async () => {
    const token = await publisher.tokenFor(TENANT, OTHER_APP);
    await refused([token], 'unexpected "aud" claim value');
  });

  it.each([
    [{ azp: APP }, `in the name of ${APP},${PUBLISHER}`],
    [{ appid: OTHER_APP }, `in the name of ${PUBLISHER},${OTHER_APP}`],
    [{ appid: undefined, azp: undefined }, 'in the name of '],
  ])('with a token of another sender, %j', async (claims, says) => {
    await refused([await signed(claims)], says);
  });

  it('with a token that expired', async () => {
    await refused([await signed({ exp: nowSeconds - 1 })], '"exp" claim timestamp check failed');
  });

  it('with a token that never expires', async () => {
    await refused([await signed({ exp: undefined })], 'missing required "exp" claim');
  });

  it('with a token of an issuer it was not told of, which is asked for nothing', async () => {
    const token = await publisher.tokenFor(OTHER_TENANT, APP);
    await refused([token], `its issuer is ${issuerAt(origin, OTHER_TENANT)}`);
  });

  it('with a token that somebody else signed', async () => {
    const stranger = await openSigningKey(null);
    await refused([await signed({}, stranger)], 'no applicable key found in the JSON Web Key Set');
    await refused(
      [await signed({}, { ...stranger, keyId: key.keyId })],
      'signature verification failed',
    );
  });

  it('with something else for a token', async () => {
    await refused([randomBytes(20).toString('hex')], 'Invalid JWT');
  });

  it('with one bad token among good ones', async () => {
    const good = await publisher.tokenFor(TENANT, APP);
    await refused([good, await signed({ tid: undefined })], 'missing required "tid" claim');
  });

  it('whose resource data comes without a token', async () => {
    const subscriptionId = newSubscription();
    const value = [itemWith({ subscriptionId, encryptedContent: await encrypted() })];
    expect(await post({ value })).toBe(202);
    await receiver.line(new RegExp(`^Refused.*${subscriptionId}: no token of tenant ${TENANT}`));
  });
});

describe('the example receiver', () => {
  it('says the presence of no notification but the good one', async () => {
    const { stdout } = await receiver.stop();
    expect(stdout.match(/^Refused/gm)?.length).toBeGreaterThan(15);
    expect(stdout.match(/^Presence: /gm)).toHaveLength(1);
  });
});
