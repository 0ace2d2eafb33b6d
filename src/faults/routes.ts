import Type from 'typebox';
import { STEER_SERVER } from '../auth/permissions.ts';
import { GraphError } from '../graph/error.ts';
import { json, NO_CONTENT, type Route } from '../http/route.ts';
import { faultJson } from './fault-json.ts';
import { faultSchema, orderSchema } from './fault-schema.ts';
import type { Rule } from './rule.ts';
import type { Rules } from './rules.ts';

const PATH = '/porchlight/faults';

export interface FaultRoutesParts {
  readonly rules: Rules;
  /** Orders what a body asks for. */
  readonly order: (body: unknown) => Promise<Rule>;
}

/** The operations of Porchlight's own by which faults are ordered, looked at and called off. */
export function faultRoutes(parts: FaultRoutesParts): readonly Route[] {
  return [listFaults(parts), orderFault(parts), removeFault(parts), clearFaults(parts)];
}

function listFaults({ rules }: FaultRoutesParts): Route {
  return {
    operation: 'listFaults',
    summary: 'List the faults that were ordered, and how often each struck',
    method: 'GET',
    paths: [PATH],
    access: STEER_SERVER,
    result: Type.Object({ value: Type.Array(faultSchema) }),
    handle: async () => json(JSON.stringify({ value: rules.all().map(faultJson) })),
  };
}

function orderFault({ order }: FaultRoutesParts): Route {
  return {
    operation: 'orderFault',
    summary: 'Order a fault: what is to go wrong, for whom, and how often',
    method: 'POST',
    paths: [PATH],
    access: STEER_SERVER,
    body: orderSchema,
    success: 201,
    result: faultSchema,
    handle: async ({ body }) => ({
      ...json(JSON.stringify(faultJson(await order(body)))),
      status: 201,
    }),
  };
}

function removeFault({ rules }: FaultRoutesParts): Route {
  return {
    operation: 'removeFault',
    summary: 'Call off a fault',
    method: 'DELETE',
    paths: [`${PATH}/:fault`],
    access: STEER_SERVER,
    success: 204,
    async handle({ params: { fault = '' } }) {
      const isRemoved = /^\d{1,15}$/.test(fault) && rules.remove(Number(fault));
      if (!isRemoved) throw new GraphError(404, 'NotFound', 'There is no such fault.');
      return NO_CONTENT;
    },
  };
}

function clearFaults({ rules }: FaultRoutesParts): Route {
  return {
    operation: 'clearFaults',
    summary: 'Call off all faults',
    method: 'DELETE',
    paths: [PATH],
    access: STEER_SERVER,
    success: 204,
    async handle() {
      rules.clear();
      return NO_CONTENT;
    },
  };
}
