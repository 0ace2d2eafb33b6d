import type { FastifyError, FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { Clock } from '../../clock.ts';
import { isGuid } from '../../graph/guid.ts';
import { issuerAt, registerDiscovery, type TenantPath } from '../discovery.ts';
import type { SigningKey } from '../signing-key.ts';
import type { Tenant } from '../tenant-file.ts';
import { discoveryDocument } from './discovery.ts';
import { OAuthError, oauthErrorBody } from './oauth-error.ts';
import { readTokenRequest } from './token-request.ts';
import { tokenResponse } from './token-response.ts';

export interface TokenRoutesOptions {
  readonly tenants: readonly Tenant[];
  readonly clock: Clock;
  readonly randomUUID: () => string;
  readonly key: SigningKey;
}

const FORM = 'application/x-www-form-urlencoded';
/** The longest sensible request carries a client assertion and stays far below. */
const LARGEST_FORM = 64 * 1024;

/** The routes under `/{tenant}`, at Entra's paths. A tenant goes by its id or its domain. */
export function tokenRoutes(options: TokenRoutesOptions): FastifyPluginAsync {
  const { tenants, clock, randomUUID, key } = options;

  const tenantOf = (request: FastifyRequest<TenantPath>): Tenant => {
    const name = request.params.tenant.toLowerCase();
    const tenant =
      name === 'common' || name === 'organizations'
        ? tenants[0]
        : tenants.find(({ id, domain }) => id === name || domain === name);
    if (tenant !== undefined) return tenant;
    const known = tenants.map(({ id, domain }) => `${domain} (${id})`).join(', ');
    throw new OAuthError('invalid_tenant', `There is no such tenant here; there are ${known}.`);
  };

  return async (server) => {
    // What the server around it reads is of no use here, and would clash.
    server.removeAllContentTypeParsers();
    server.addContentTypeParser(FORM, { parseAs: 'string' }, (_request, body, done) => {
      done(null, new URLSearchParams(String(body)));
    });

    server.setErrorHandler<FastifyError | OAuthError>((error, request, reply) => {
      const refused = asOAuthError(error);
      // Not the client's doing: for the server around it.
      if (refused === undefined) throw error;
      const asked = request.headers['client-request-id'];
      const traceId = randomUUID();
      const correlationId = typeof asked === 'string' && isGuid(asked) ? asked : traceId;
      if (refused.status === 401) reply.header('www-authenticate', 'Basic realm="dev"');
      return reply
        .code(refused.status)
        .header('cache-control', 'no-store')
        .send(oauthErrorBody(refused, clock.nowMs(), { traceId, correlationId }));
    });

    registerDiscovery(server, {
      key,
      versions: ['/v2.0', ''],
      tenantIdOf: (request) => tenantOf(request).id,
      baseOf: baseOfRequest,
      documentOf: discoveryDocument,
    });

    server.get<TenantPath>('/:tenant/oauth2/v2.0/authorize', async () => {
      throw new OAuthError(
        'unsupported_response_type',
        'Nobody can sign in here. POST to the token endpoint with grant_type=password for a user token.',
      );
    });

    server.post<TenantPath>(
      '/:tenant/oauth2/v2.0/token',
      { bodyLimit: LARGEST_FORM },
      async (request, reply) => {
        const tenant = tenantOf(request);
        const { body, headers } = request;
        if (!(body instanceof URLSearchParams)) {
          throw new OAuthError('invalid_request', `The body must be a form: ${FORM}.`);
        }
        const grant = readTokenRequest(body, headers.authorization, tenant);
        reply.header('cache-control', 'no-store').header('pragma', 'no-cache');
        return tokenResponse(grant, {
          iss: issuerAt(baseOfRequest(request), tenant.id),
          tenantId: tenant.id,
          nowMs: clock.nowMs(),
          key,
          randomUUID,
        });
      },
    );
  };
}

function asOAuthError(error: FastifyError | OAuthError): OAuthError | undefined {
  if (error instanceof OAuthError) return error;
  const { statusCode = 500, message } = error;
  if (statusCode < 400 || statusCode > 499) return undefined;
  const text = statusCode === 415 ? `The body must be a form: ${FORM}.` : message;
  return new OAuthError('invalid_request', text, statusCode);
}

/** The server's address as this client knows it, without a slash at the end. */
function baseOfRequest({ protocol, host }: FastifyRequest<TenantPath>): string {
  const base = `${protocol}://${host}`;
  if (!/^[\w.:[\]-]+$/.test(host) || !URL.canParse(base)) {
    throw new OAuthError('invalid_request', 'The Host header is not an address.');
  }
  return new URL(base).origin;
}
