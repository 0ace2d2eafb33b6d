import { steadyClock as machinesSteadyClock } from './clock.ts';
import type { Core, CoreParts } from './core.ts';
import { type Faults, openFaults } from './faults/open.ts';
import type { Gate } from './http/dispatcher.ts';
import type { Route } from './http/route.ts';
import { createThrottle } from './http/throttle.ts';
import type { Outbound } from './outbound/outbound.ts';
import type { Directory } from './presence/directory.ts';
import type { ServerConfig, ServerParts } from './server-parts.ts';
import { clockRoutes } from './time/routes.ts';
import { type TimeTravel, timeTravel } from './time/travel.ts';
import { VirtualClock } from './time/virtual-clock.ts';
import { createUsageGate } from './usage/gate.ts';
import { usageRoutes } from './usage/routes.ts';

/** What can be done with a server beside what it is for: its clock moved, faults ordered, its callers counted. */
export interface Steering {
  /** Where its clock is a virtual one. */
  readonly travel: TimeTravel | undefined;
  /** Where they can be ordered. */
  readonly faults: Faults | undefined;
  /** The operations by which it is steered. */
  readonly routes: readonly Route[];
  /** Between requests and Graph's operations, the outermost first. */
  readonly gates: readonly Gate[];
  /** Between requests and Porchlight's own. */
  readonly ownGates: readonly Gate[];
  /** What the core is to work with for that. */
  watched(outbound: Outbound): Pick<CoreParts, 'outbound' | 'onDue' | 'mishaps'>;
}

/** @param core the one that is steered, once there is one */
export function openSteering(
  config: ServerConfig,
  parts: ServerParts,
  directory: Directory,
  core: () => Core,
): Steering {
  const { clock } = parts;
  const travel = clock instanceof VirtualClock ? timeTravel(clock) : undefined;
  const faults = config.faults === true ? faultsOf(parts, directory, core) : undefined;
  const recording = parts.usage ? [createUsageGate(parts.usage, directory.resolve)] : [];
  return {
    travel,
    faults,
    routes: [
      ...(travel ? clockRoutes(travel) : []),
      ...usageRoutes(parts.usage),
      ...(faults?.routes ?? []),
    ],
    gates: [
      ...(config.throttling === undefined ? [] : [createThrottle(config.throttling, clock)]),
      ...recording,
      ...(faults === undefined ? [] : [faults.gate]),
    ],
    ownGates: recording,
    watched: (outbound) => ({
      ...(travel?.watched(outbound) ?? { outbound }),
      mishaps: faults?.mishaps,
    }),
  };
}

function faultsOf(
  { clock, steadyClock = machinesSteadyClock, log }: ServerParts,
  { resolve }: Directory,
  core: () => Core,
): Faults {
  return openFaults({
    ...{ clock, steadyClock, resolve },
    operations: () => new Set(core().routes.map(({ operation }) => operation)),
    subscriptions: () => core().following.subscriptions,
    onError: (error) => log.error({ err: error }, 'a subscription could not be ended'),
  });
}
