import { parseDuration } from '../../graph/duration.ts';
import { isGuid } from '../../graph/guid.ts';
import type { Tenant } from '../tenant-file.ts';
import { ALL_APPLICATION } from './everything.ts';
import { OAuthError } from './oauth-error.ts';
import { applicationResource, delegatedScope, GRAPH, permissionList } from './scope.ts';
import type { Grant } from './token-response.ts';

const DAY_MS = 24 * 3_600_000;
const DEFAULT_LIFETIME_MS = 3_600_000;
const LONGEST_LIFETIME_MS = 30 * DAY_MS;

/**
 * Reads a token request. Any secret and any password is right, and any GUID is a user or an app: this
 * issuer is for development, and what is tested is the API behind it.
 *
 * @param authorization the `Authorization` header, where some clients put their id and secret
 * @throws OAuthError
 */
export function readTokenRequest(
  form: URLSearchParams,
  authorization: string | undefined,
  tenant: Tenant,
): Grant {
  const field = (name: string) => single(form, name);
  const client = clientOf(form, authorization);
  const appId = client.id.toLowerCase();
  const lifetimeMs = lifetimeOf(field('ttl'));

  const grantType = required(form, 'grant_type');
  switch (grantType) {
    case 'client_credentials': {
      if (!client.proven) {
        throw new OAuthError(
          'invalid_client',
          'client_credentials needs a client_secret (any will do) or a client_assertion.',
        );
      }
      const app = tenant.apps.find((known) => known.appId === appId);
      const roles = field('roles');
      return {
        kind: 'application',
        appId,
        appName: app?.displayName,
        lifetimeMs,
        resource: applicationResource(field('scope') ?? `${GRAPH}/.default`),
        permissions: roles === undefined ? (app?.roles ?? ALL_APPLICATION) : permissionList(roles),
      };
    }
    case 'password': {
      required(form, 'password');
      if (field('roles') !== undefined) {
        throw new OAuthError(
          'invalid_request',
          'roles are for client_credentials; use scope here.',
        );
      }
      return {
        kind: 'delegated',
        appId,
        user: userOf(required(form, 'username'), tenant),
        lifetimeMs,
        ...delegatedScope(field('scope') ?? `${GRAPH}/.default`),
        wantsClientInfo: field('client_info') === '1',
      };
    }
    default:
      throw new OAuthError(
        'unsupported_grant_type',
        'grant_type must be client_credentials, or password for a user token (any password will do).',
      );
  }
}

function userOf(username: string, tenant: Tenant): { id: string; upn?: string; name?: string } {
  const name = username.toLowerCase();
  const user = tenant.users.find((known) => known.id === name || known.userPrincipalName === name);
  if (user !== undefined) {
    return { id: user.id, upn: user.userPrincipalName, name: user.displayName };
  }
  if (isGuid(name)) return { id: name };
  throw new OAuthError(
    'invalid_grant',
    `username must be the object id of any user, or the user principal name of one of ${tenant.domain}: ${tenant.users.map(({ userPrincipalName }) => userPrincipalName).join(', ')}.`,
  );
}

function clientOf(
  form: URLSearchParams,
  authorization: string | undefined,
): { id: string; proven: boolean } {
  const basic = basicCredentials(authorization);
  const id = single(form, 'client_id') ?? basic?.id;
  if (id === undefined) throw new OAuthError('invalid_request', 'The field client_id is missing.');
  if (basic !== undefined && basic.id !== id) {
    throw new OAuthError('invalid_client', 'The Authorization header names another client_id.');
  }
  if (!isGuid(id)) throw new OAuthError('invalid_client', 'client_id must be a GUID; any will do.');
  const proof = single(form, 'client_secret') ?? single(form, 'client_assertion') ?? basic?.secret;
  return { id, proven: proof !== undefined && proof !== '' };
}

/** RFC 6749, section 2.3.1: both halves are form-encoded before they are joined. */
function basicCredentials(
  authorization: string | undefined,
): { id: string; secret: string } | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [id = '', ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  const decoded = new URLSearchParams(`id=${id}&secret=${secret.join(':')}`);
  return { id: decoded.get('id') ?? '', secret: decoded.get('secret') ?? '' };
}

function lifetimeOf(ttl: string | undefined): number {
  if (ttl === undefined) return DEFAULT_LIFETIME_MS;
  const lifetimeMs = parseDuration(ttl);
  if (lifetimeMs === undefined || Math.abs(lifetimeMs) > LONGEST_LIFETIME_MS) {
    throw new OAuthError(
      'invalid_request',
      'ttl must be an ISO 8601 duration such as PT1H, up to P30D; a negative one makes an expired token.',
    );
  }
  return lifetimeMs;
}

function required(form: URLSearchParams, name: string): string {
  const value = single(form, name);
  if (value === undefined || value === '') {
    throw new OAuthError('invalid_request', `The field ${name} is missing.`);
  }
  return value;
}

function single(form: URLSearchParams, name: string): string | undefined {
  const values = form.getAll(name);
  if (values.length > 1) {
    throw new OAuthError('invalid_request', `The field ${name} is there more than once.`);
  }
  return values[0];
}
