import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSigner } from '../auth/issuing.ts';

const AUDIENCE = 'https://graph.microsoft.com';
const DAY_S = 86_400;

export interface Issuer {
  /** As an entry of `issuers` in a configuration. */
  readonly trusted: {
    readonly issuer: string;
    readonly tenant: string;
    readonly audiences: readonly string[];
  };
  /** A token of an application that is good whatever a clock of these days shows. */
  tokenOf(appId: string): Promise<string>;
  close(): Promise<void>;
}

/** An issuer of the test's own, with its documents on a port of this machine. */
export async function startIssuer(tenant: string): Promise<Issuer> {
  const signer = await createSigner();
  const server = createServer((request, response) => {
    const document = request.url?.endsWith('/keys')
      ? { keys: [signer.publicJwk] }
      : { issuer, jwks_uri: `${issuer}/keys` };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    trusted: { issuer, tenant, audiences: [AUDIENCE] },
    tokenOf(appId) {
      const nowS = Math.floor(Date.now() / 1000);
      return signer.sign({
        iss: issuer,
        tid: tenant,
        azp: appId,
        oid: undefined,
        scp: undefined,
        roles: ['Presence.Read.All', 'Presence.ReadWrite.All'],
        nbf: nowS - DAY_S,
        exp: nowS + DAY_S,
      });
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
