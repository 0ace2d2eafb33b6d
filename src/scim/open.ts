import type { RequestListener } from 'node:http';
import type { TokenVerifier } from '../auth/verifier.ts';
import { createAdmission, type ProvisioningSecret } from './access.ts';
import { createScimApi, type ScimApiParts } from './api.ts';
import { discoveryRoutes } from './discovery.ts';
import { groupRoutes } from './groups.ts';
import { type UsersParts, userRoutes } from './users.ts';

export interface ScimParts extends UsersParts, Omit<ScimApiParts, 'routes' | 'admit'> {
  readonly secrets: readonly ProvisioningSecret[];
  readonly verifier: TokenVerifier;
}

/** All of SCIM: users, groups, and what a client may ask about the server. */
export function openScim(parts: ScimParts): RequestListener {
  return createScimApi({
    ...parts,
    routes: [...userRoutes(parts), ...groupRoutes(parts), ...discoveryRoutes()],
    admit: createAdmission(parts.secrets, parts.verifier),
  });
}
