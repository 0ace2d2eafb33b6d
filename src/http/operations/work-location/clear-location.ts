import { WRITE_WORK_LOCATION } from '../../../auth/permissions.ts';
import { presencePaths, type Route } from '../../route.ts';
import { command, type Services } from '../services.ts';

/** Source: Graph, "presence: clearLocation". Clearing what isn't set is a success. */
export function clearLocation(services: Services): Route {
  const summary = 'Forget where a user works today, whoever said it';
  return clear(services, 'clearLocation', 'all', summary);
}

/** Source: Graph, "presence: clearAutomaticLocation": of all applications. */
export function clearAutomaticLocation(services: Services): Route {
  const summary = 'Forget where a user works today, as far as applications found it out';
  return clear(services, 'clearAutomaticLocation', 'automatic', summary);
}

function clear(
  services: Services,
  operation: string,
  sources: 'automatic' | 'all',
  summary: string,
): Route {
  return {
    operation,
    summary,
    method: 'POST',
    paths: presencePaths(`/${operation}`),
    access: WRITE_WORK_LOCATION,
    handle: (call) =>
      command(services, call, { kind: 'clearLocation', appId: call.caller.appId, sources }),
  };
}
