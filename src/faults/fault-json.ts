import type { Static } from 'typebox';
import { formatDuration } from '../graph/duration.ts';
import type { Fault } from './fault.ts';
import type { faultSchema, OrderJson } from './fault-schema.ts';
import type { Rule } from './rule.ts';

/** A rule as it stands in an answer. */
export function faultJson(rule: Rule): Static<typeof faultSchema> {
  const { aim, fault, times, probability } = rule.order;
  return {
    id: String(rule.number),
    fault: fault.kind,
    ...(aim.operation !== null && { operation: aim.operation }),
    ...(aim.tenantId !== null && { tenant: aim.tenantId }),
    ...(aim.appId !== null && { app: aim.appId }),
    ...(aim.user !== null && { user: aim.user }),
    ...(aim.subscriptionId !== null && { subscription: aim.subscriptionId }),
    ...termsOf(fault),
    times,
    probability,
    seed: rule.seed,
    matched: rule.matched,
    struck: rule.struck,
    isOver: rule.isOver,
  };
}

function termsOf(fault: Fault): Partial<OrderJson> {
  switch (fault.kind) {
    case 'error':
      return {
        status: fault.status,
        retryAfter: fault.retryAfterS,
        carriedOut: fault.isCarriedOut,
      };
    case 'drop':
      return { carriedOut: fault.isCarriedOut };
    case 'latency':
      return { latencyMs: fault.latencyMs };
    case 'lose':
      return { announced: fault.isAnnounced };
    case 'duplicate':
      return { delay: durationText(fault.afterMs) };
    case 'delay':
      return { delay: durationText(fault.delayMs), overtaken: fault.isOvertaken };
    case 'expire':
      return { announced: fault.isAnnounced, whenTouched: fault.isWhenTouched };
  }
}

/** To the millisecond, as it may have been ordered. */
function durationText(ms: number): string {
  return ms % 1000 === 0 ? formatDuration(ms) : `PT${ms / 1000}S`;
}
