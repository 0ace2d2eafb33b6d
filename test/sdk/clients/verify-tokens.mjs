import { createRemoteJWKSet, jwtVerify } from 'jose';

/**
 * Checks validation tokens as their receiver does: by the keys that the issuer's discovery document
 * leads to. Prints their claims. Its first argument is JSON.
 *
 * @typedef {object} Check
 * @property {string} discovery address of the issuer, below which its document is
 * @property {string} issuer
 * @property {string} audience
 * @property {string[]} tokens
 * @property {number} nowMs
 */

/** @type {Check} */
const { discovery, issuer, audience, tokens, nowMs } = JSON.parse(process.argv[2] ?? '{}');

const response = await fetch(`${discovery}/.well-known/openid-configuration`);
const document = await response.json();
const keys = createRemoteJWKSet(new URL(document.jwks_uri));
const claims = [];
for (const token of tokens) {
  const { payload } = await jwtVerify(token, keys, {
    issuer,
    audience,
    algorithms: ['RS256'],
    requiredClaims: ['exp', 'nbf', 'iat', 'tid'],
    currentDate: new Date(nowMs),
  });
  claims.push(payload);
}
process.stdout.write(`${JSON.stringify({ document, claims })}\n`);
