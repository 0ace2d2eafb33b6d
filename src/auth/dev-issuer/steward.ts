import type { IncomingMessage } from 'node:http';
import type { Caller } from '../caller.ts';

/** The origin of a page that this machine serves: those of any other could fetch themselves a token from a dev server. */
export const LOOPBACK_PAGE = /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;

/** What a steward calls itself: no application has this id. */
const STEWARD = '00000000-0000-4000-8000-000000000000';

const LOOPBACK_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;
const LOOPBACK_ADDRESS = /^(::ffff:)?127\.|^::1$/;

/**
 * Lets whoever works on this machine steer a dev server without a token: move its clock, order faults. A page
 * that a browser has open is on this machine, too, and may come by a name that leads here; so the request must
 * name a loopback host, and come from no page or from one of this machine.
 *
 * @param tenantId whose steward it is; what it steers is the server's, not a tenant's
 * @param isOwnPage whether a page of this origin may
 */
export function localSteward(tenantId: string, isOwnPage: (origin: string) => boolean) {
  const steward: Caller = {
    tenantId,
    appId: STEWARD,
    userId: null,
    permissions: new Set(['Porchlight.Manage.All']),
    expiresMs: Number.POSITIVE_INFINITY,
  };
  return ({ headers, socket }: IncomingMessage): Caller | undefined => {
    const { host = '', origin } = headers;
    if (!LOOPBACK_ADDRESS.test(socket.remoteAddress ?? '')) return undefined;
    if (!LOOPBACK_HOST.test(host)) return undefined;
    return origin === undefined || isOwnPage(origin) ? steward : undefined;
  };
}
