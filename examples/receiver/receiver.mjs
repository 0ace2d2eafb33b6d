// A receiver of change notifications, with and without resource data. README.md says how to run it.
import { createDecipheriv, createHmac, privateDecrypt, timingSafeEqual } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';

/** The application that sends Graph's change notifications. */
const PUBLISHER = '0bf30f3b-4a52-48df-9a82-234910c4a086';
const LARGEST_BODY = 1024 * 1024;

/**
 * What `encryptedContent` holds. Throws if it is for another certificate, or not as it was sent.
 *
 * @param {{ certificateId: string, privateKey: string | Buffer }} holder the key as PEM
 */
export function decrypt(content, { certificateId, privateKey }) {
  if (content.encryptionCertificateId !== certificateId) {
    throw new Error(`it is encrypted for certificate ${content.encryptionCertificateId}`);
  }
  // RSA_PKCS1_OAEP_PADDING is what Node takes by default; the hash is named to be sure.
  const key = privateDecrypt(
    { key: privateKey, oaepHash: 'sha1' },
    Buffer.from(content.dataKey, 'base64'),
  );
  const data = Buffer.from(content.data, 'base64');
  // The signature comes first: nothing is made of data that somebody changed.
  const expected = createHmac('sha256', key).update(data).digest();
  if (!isEqual(Buffer.from(content.dataSignature, 'base64'), expected)) {
    throw new Error('its signature is not that of its data');
  }
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16));
  return JSON.parse(Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8'));
}

/**
 * A function that gives the claims of a validation token, and rejects unless it was signed by one of
 * `issuers` for `appId` in the name of the publisher, and is in its time.
 */
export function tokenCheck({ issuers, appId }) {
  const keys = new Map();
  return async (token) => {
    const { iss } = decodeJwt(token);
    // Before anything is fetched: whoever sends a token must not choose where we look.
    if (!issuers.includes(iss)) throw new Error(`its issuer is ${iss}`);
    if (!keys.has(iss)) keys.set(iss, await keysOf(iss));
    const { payload } = await jwtVerify(token, keys.get(iss), {
      issuer: iss,
      audience: appId,
      algorithms: ['RS256'],
      requiredClaims: ['exp', 'tid'],
    });
    // v1 tokens have appid, v2 tokens azp; ours have both.
    const senders = [payload.azp, payload.appid].filter((each) => each !== undefined);
    if (senders.length === 0 || senders.some((each) => each !== PUBLISHER)) {
      throw new Error(`it is in the name of ${senders}`);
    }
    return payload;
  };
}

/** The key set of an issuer, by OpenID Connect Discovery. */
async function keysOf(iss) {
  const url = `${iss.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  const { issuer, jwks_uri: keys } = await response.json();
  if (issuer !== iss) throw new Error(`${url} is of the issuer ${issuer}`);
  return createRemoteJWKSet(new URL(keys));
}

/** Takes as long for a wrong value as for the right one. */
function isEqual(a, b) {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Handles what was posted: `{ value, validationTokens }`. */
async function handle({ value, validationTokens = [] }, settings, checkToken) {
  // A bad token spoils all: it isn't the publisher who sent this.
  const tokens = await Promise.all(
    validationTokens.map((token) =>
      checkToken(token).catch(({ message }) => {
        throw new Error(`validation token: ${message}`);
      }),
    ),
  );
  const tenants = new Set(tokens.map(({ tid }) => tid));
  for (const item of value) {
    try {
      await handleItem(item, tenants, settings);
    } catch (error) {
      console.log(`Refused, subscription ${item.subscriptionId}: ${error.message}`);
    }
  }
}

async function handleItem(item, tenants, settings) {
  const { clientState } = settings;
  const [given, wanted] = [item.clientState ?? '', clientState].map((text) => Buffer.from(text));
  if (!isEqual(given, wanted)) throw new Error('clientState is not ours');
  if (item.lifecycleEvent !== undefined) return handleLifecycle(item, settings);

  const { encryptedContent, resourceData } = item;
  if (encryptedContent === undefined) {
    console.log(`Changed: ${resourceData.id}; ask for the presence`);
    return;
  }
  if (!tenants.has(item.tenantId)) throw new Error(`no token of tenant ${item.tenantId}`);
  const presence = decrypt(encryptedContent, settings);
  console.log(`Presence: ${presence.id} ${presence.availability}, ${presence.activity}`);
}

async function handleLifecycle({ lifecycleEvent, subscriptionId }, { graph, token }) {
  switch (lifecycleEvent) {
    case 'reauthorizationRequired': {
      if (!token) {
        console.log(`Reauthorize ${subscriptionId}: no TOKEN to do it with`);
        return;
      }
      const url = `${graph}/v1.0/subscriptions/${encodeURIComponent(subscriptionId)}/reauthorize`;
      const headers = { authorization: `Bearer ${token}` };
      const { status } = await fetch(url, { method: 'POST', headers });
      console.log(`Reauthorize ${subscriptionId}: ${status}`);
      return;
    }
    case 'missed':
      console.log(`Missed, ${subscriptionId}: resync, ask for every presence`);
      return;
    default:
      console.log(`Lifecycle, ${subscriptionId}: ${lifecycleEvent}; subscribe again`);
  }
}

/** Answers the handshake with its token, and a notification at once: Graph waits for 3 s. */
export function listener(settings) {
  const checkToken = tokenCheck(settings);
  return async (request, response) => {
    const say = (status, text = '') =>
      response
        .writeHead(status, { 'content-type': 'text/plain', 'x-content-type-options': 'nosniff' })
        .end(text);
    const token = new URLSearchParams(request.url.split('?')[1]).get('validationToken');
    if (request.method !== 'POST') return say(405);
    if (token !== null) return say(200, token);
    let body;
    try {
      body = JSON.parse(await read(request));
      if (!Array.isArray(body.value)) throw new TypeError('no value');
    } catch {
      return say(400);
    }
    say(202);
    await handle(body, settings, checkToken).catch((error) => {
      console.log(`Refused: ${error.message}`);
    });
  };
}

async function read(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > LARGEST_BODY) throw new RangeError('the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

if (process.argv[1] && realpathSync(process.argv[1]) === import.meta.filename) {
  const { env } = process;
  const handleRequest = listener({
    issuers: (env.ISSUERS ?? '').split(',').filter((each) => each !== ''),
    appId: env.APP_ID,
    clientState: env.CLIENT_STATE ?? '',
    certificateId: env.CERTIFICATE_ID,
    privateKey: env.PRIVATE_KEY && readFileSync(env.PRIVATE_KEY),
    graph: env.GRAPH ?? 'https://graph.microsoft.com',
    token: env.TOKEN,
  });
  const secure = env.TLS_CERT !== undefined;
  const server = secure
    ? createHttpsServer(
        { cert: readFileSync(env.TLS_CERT), key: readFileSync(env.TLS_KEY) },
        handleRequest,
      )
    : createHttpServer(handleRequest);
  server.listen(Number(env.PORT ?? 4290), env.HOST ?? '127.0.0.1', () => {
    const { address, port } = server.address();
    console.log(`Receiver at ${secure ? 'https' : 'http'}://${address}:${port}`);
  });
}
