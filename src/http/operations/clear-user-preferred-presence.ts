import { WRITE_PRESENCE } from '../../auth/permissions.ts';
import { presencePaths, type Route } from '../route.ts';
import { command, type Services } from './services.ts';

/** Source: Graph, "presence: clearUserPreferredPresence". Clearing what isn't set is a success. */
export function clearUserPreferredPresence(services: Services): Route {
  return {
    operation: 'clearUserPreferredPresence',
    summary: "Clear a user's own choice of availability and activity",
    method: 'POST',
    paths: presencePaths('/clearUserPreferredPresence'),
    access: WRITE_PRESENCE,
    handle: (call) =>
      command(services, call, { kind: 'clearUserPreferredPresence', appId: call.caller.appId }),
  };
}
