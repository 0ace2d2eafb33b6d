import type { Caller } from '../auth/caller.ts';
import { Unauthenticated } from '../auth/errors.ts';
import type { TokenVerifier } from '../auth/verifier.ts';
import type { Directory } from '../presence/directory.ts';

/**
 * A verifier that takes a signed-in user's token only while the directory lists them: where users are
 * provisioned, one who is deactivated is out at once, and not when their last token ends. It is asked for each
 * request, as a verified token is remembered.
 */
export function knownCallersOnly(
  verifier: TokenVerifier,
  directory: Pick<Directory, 'lists'>,
): TokenVerifier {
  function mustBeKnown(caller: Caller): Caller {
    const { tenantId, userId } = caller;
    if (userId === null || directory.lists(tenantId, userId)) return caller;
    throw new Unauthenticated("The token's user is deactivated here, or was never provisioned.");
  }

  return {
    verify(token) {
      const verified = verifier.verify(token);
      return verified instanceof Promise ? verified.then(mustBeKnown) : mustBeKnown(verified);
    },
  };
}
