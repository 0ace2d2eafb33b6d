import { SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock.ts';
import { SIGNING_ALGORITHM, type SigningKey } from '../signing-key.ts';
import { PUBLISHER_APP_ID } from './app-id.ts';

/** As with Entra, for receivers whose clock is behind. */
const DATED_BACK_MS = 5 * 60_000;
const LIFETIME_MS = 3_600_000;
/** A token is given out while at least this is left, so that it outlasts its way to the receiver. */
const LEAST_LEFT_MS = LIFETIME_MS / 3;
/** Pairs of application and tenant whose token is remembered, about 1 KB each. */
const MOST_REMEMBERED = 4096;

export interface PublisherOptions {
  readonly key: SigningKey;
  /** `iss` for a tenant: below it receivers find `/.well-known/openid-configuration`. */
  readonly issuerOf: (tenantId: string) => string;
  readonly clock: Clock;
  readonly randomUUID: () => string;
}

/** Signs validation tokens: the proof, for receivers of resource data, of who sent it. */
export interface Publisher {
  /**
   * A token for an application of a tenant, good for 20 minutes at least; the same one again and again.
   * Rejects while the issuer has no address. Graph: "Set up change notifications that include resource
   * data", validation tokens.
   */
  tokenFor(tenantId: string, appId: string): Promise<string>;
}

interface Signed {
  readonly token: Promise<string>;
  readonly signedMs: number;
}

/** Validation tokens as Graph sends them: one for each pair of application and tenant. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { clock } = options;
  const remembered = new LRUCache<string, Signed>({ max: MOST_REMEMBERED });

  return {
    tokenFor(tenantId, appId) {
      const pair = `${tenantId} ${appId}`;
      const nowMs = clock.nowMs();
      const known = remembered.get(pair);
      if (known !== undefined && isGood(known, nowMs)) return known.token;

      const entry = { token: sign(tenantId, appId, nowMs, options), signedMs: nowMs };
      remembered.set(pair, entry);
      entry.token.catch(() => {
        // Whoever asks next tries again.
        if (remembered.peek(pair) === entry) remembered.delete(pair);
      });
      return entry.token;
    },
  };
}

/** Not when the clock was set back either: the token would be from the future. */
function isGood({ signedMs }: Signed, nowMs: number): boolean {
  return nowMs >= signedMs && signedMs + LIFETIME_MS - nowMs >= LEAST_LEFT_MS;
}

/** The claims are a mix of Entra's v1 and v2 tokens, so that code reading either finds its own. */
async function sign(
  tenantId: string,
  appId: string,
  nowMs: number,
  { key, issuerOf, randomUUID }: PublisherOptions,
): Promise<string> {
  const iss = issuerOf(tenantId);
  // While the server doesn't listen yet, it may not know its address.
  if (!URL.canParse(iss))
    throw new TypeError(`${JSON.stringify(iss)} is no issuer: not an address`);
  const iat = Math.floor((nowMs - DATED_BACK_MS) / 1000);
  const exp = Math.floor((nowMs + LIFETIME_MS) / 1000);
  return new SignJWT({
    ...{ iss, aud: appId, iat, nbf: iat, exp, tid: tenantId },
    ...{ appid: PUBLISHER_APP_ID, azp: PUBLISHER_APP_ID, appidacr: '2', azpacr: '2' },
    ...{ oid: PUBLISHER_APP_ID, sub: PUBLISHER_APP_ID, idtyp: 'app' },
    ver: iss.endsWith('/v2.0') ? '2.0' : '1.0',
    uti: randomUUID().replaceAll('-', ''),
  })
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: 'JWT', kid: key.keyId })
    .sign(key.privateKey);
}
