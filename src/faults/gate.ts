import type { Caller } from '../auth/caller.ts';
import type { Clock } from '../clock.ts';
import { GraphError, type GraphErrorCode } from '../graph/error.ts';
import type { Gate, Visit } from '../http/dispatcher.ts';
import { OrderedFault } from '../http/ordered-fault.ts';
import type { Resolve, Target } from './aim.ts';
import type { Fault, FaultStatus } from './fault.ts';
import type { Rule } from './rule.ts';
import type { Rules } from './rules.ts';

/** Header of an answer that a rule gave: its number. */
const FAULT_HEADER = 'porchlight-fault';

const KINDS: ReadonlySet<Fault['kind']> = new Set(['error', 'drop', 'latency'] as const);
const TOUCHING_KINDS: ReadonlySet<Fault['kind']> = new Set([...KINDS, 'expire'] as const);

export interface FaultGateParts {
  readonly rules: Rules;
  /** A clock that never steps: how long a request takes is measured by its client, whatever time it is here. */
  readonly steadyClock: Clock;
  readonly resolve: Resolve;
  /** Ends a subscription of the caller's, if there is such a one. */
  readonly expire: (caller: Caller, subscriptionId: string, isAnnounced: boolean) => Promise<void>;
}

/** Lets requests go wrong as the rules say; each part of a batch by itself. */
export function createFaultGate({ rules, steadyClock, resolve, expire }: FaultGateParts): Gate {
  function targetOf({ route, caller, user, params }: Visit): Target {
    const about = user === undefined ? undefined : resolve(caller.tenantId, user);
    return {
      operation: route.operation,
      tenantId: caller.tenantId,
      appId: caller.appId,
      users: [about, caller.userId].filter((id) => typeof id === 'string'),
      subscriptionId: params.subscription?.toLowerCase(),
    };
  }

  /** Only a request about a subscription touches it. */
  const kindsFor = ({ subscriptionId }: Target) =>
    subscriptionId === undefined ? KINDS : TOUCHING_KINDS;

  /** All chances are taken when a request comes, before it waits for anything: so their order is that of arrival. */
  function struckBy(visit: Visit): readonly Rule[] {
    const struck: Rule[] = [];
    const target = targetOf(visit);
    for (const rule of rules.strike(target, kindsFor(target))) {
      struck.push(rule);
      const { kind } = rule.order.fault;
      if (kind === 'error' || kind === 'drop') break;
    }
    return struck;
  }

  const wait = (ms: number) =>
    new Promise<void>((resolve) => {
      steadyClock.alarm(steadyClock.nowMs() + ms, resolve);
    });

  return {
    async pass(visit, carryOut) {
      if (rules.isEmpty) return carryOut();
      for (const { number, order } of struckBy(visit)) {
        const { fault } = order;
        if (fault.kind === 'latency') await wait(fault.latencyMs);
        else if (fault.kind === 'expire') {
          await expire(visit.caller, visit.params.subscription ?? '', fault.isAnnounced);
        } else if (fault.kind === 'error' || fault.kind === 'drop') {
          if (fault.isCarriedOut) await carryOut().catch(passOverRefusal);
          throw fault.kind === 'drop'
            ? failure(number, 502, null, true)
            : failure(number, fault.status, fault.retryAfterS, false);
        }
      }
      return carryOut();
    },
  };
}

/** Its caller would have learnt of it from the answer that there isn't. */
function passOverRefusal(error: unknown): void {
  if (!(error instanceof GraphError)) throw error;
}

const CODES: Readonly<Record<FaultStatus, GraphErrorCode>> = {
  429: 'TooManyRequests',
  500: 'InternalServerError',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'GatewayTimeout',
};

function failure(
  number: number,
  status: FaultStatus,
  retryAfterS: number | null,
  hangsUp: boolean,
): OrderedFault {
  const headers = {
    [FAULT_HEADER]: String(number),
    ...(retryAfterS !== null && { 'retry-after': String(retryAfterS) }),
  };
  return new OrderedFault(status, CODES[status], `Ordered by fault ${number}.`, headers, hangsUp);
}
