import { parseLifetime, shortened } from '../graph/duration.ts';
import { invalidArgument } from '../graph/error.ts';
import { isGuid } from '../graph/guid.ts';
import { pascal } from '../http/body.ts';
import type { Aim } from './aim.ts';
import type { Fault } from './fault.ts';
import type { OrderJson } from './fault-schema.ts';
import type { Order } from './rule.ts';

/** As long as a user principal name can be. */
const LONGEST_USER = 320;

const DELAYS = { leastMs: 1, mostMs: 24 * 3_600_000 };

/** What each fault takes beside what it is about and how often it strikes. */
const FIELDS: Readonly<Record<Fault['kind'], readonly (keyof OrderJson)[]>> = {
  error: ['operation', 'status', 'retryAfter', 'carriedOut'],
  drop: ['operation', 'carriedOut'],
  latency: ['operation', 'latencyMs'],
  lose: ['announced'],
  duplicate: ['delay'],
  delay: ['delay', 'overtaken'],
  expire: ['announced', 'whenTouched'],
};

const OF_SOME = new Set(Object.values(FIELDS).flat());

/**
 * Reads what fits the schema.
 * @param operations the names that there are
 * @throws GraphError 400 naming the field that doesn't go with the others, or means nothing
 */
export function readOrder(json: OrderJson, operations: ReadonlySet<string>): Order {
  for (const field of OF_SOME) {
    if (json[field] == null || FIELDS[json.fault].includes(field)) continue;
    throw invalidArgument(`[${pascal(field)}]: does not go with fault ${json.fault}.`);
  }
  return {
    aim: readAim(json, operations),
    fault: readFault(json),
    times: json.times ?? null,
    probability: json.probability ?? 1,
    seed: json.seed ?? null,
  };
}

function readAim(json: OrderJson, operations: ReadonlySet<string>): Aim {
  const { operation, user } = json;
  if (operation != null && operation !== '*' && !operations.has(operation)) {
    throw invalidArgument(`[Operation]: there is no operation '${shortened(operation)}'.`);
  }
  if (user != null && (user === '' || user.length > LONGEST_USER)) {
    throw invalidArgument('[User]: must be an object id or a user principal name.');
  }
  return {
    operation: operation === '*' ? null : (operation ?? null),
    tenantId: guid(json, 'tenant'),
    appId: guid(json, 'app'),
    user: user ?? null,
    subscriptionId: guid(json, 'subscription'),
  };
}

function guid(json: OrderJson, field: 'tenant' | 'app' | 'subscription'): string | null {
  const id = json[field];
  if (id == null) return null;
  if (!isGuid(id)) throw invalidArgument(`[${pascal(field)}]: must be a GUID.`);
  return id.toLowerCase();
}

function readFault(json: OrderJson): Fault {
  const { fault: kind, carriedOut, announced } = json;
  const isCarriedOut = carriedOut ?? false;
  switch (kind) {
    case 'error': {
      const { status, retryAfter } = json;
      if (status == null) throw required('Status');
      return { kind, status, retryAfterS: retryAfter ?? null, isCarriedOut };
    }
    case 'drop':
      return { kind, isCarriedOut };
    case 'latency':
      if (json.latencyMs == null) throw required('LatencyMs');
      return { kind, latencyMs: json.latencyMs };
    case 'lose':
      return { kind, isAnnounced: announced ?? false };
    case 'duplicate':
      return { kind, afterMs: json.delay == null ? 0 : delayMs(json.delay, 0) };
    case 'delay':
      if (json.delay == null) throw required('Delay');
      return {
        kind,
        delayMs: delayMs(json.delay, DELAYS.leastMs),
        isOvertaken: json.overtaken ?? false,
      };
    case 'expire':
      return {
        kind,
        isWhenTouched: json.whenTouched ?? false,
        isAnnounced: announced ?? true,
      };
  }
}

function delayMs(text: string, leastMs: number): number {
  return parseLifetime(text, 'Delay', { ...DELAYS, leastMs });
}

function required(field: string) {
  return invalidArgument(`[${field}]: The ${field} field is required.`);
}
