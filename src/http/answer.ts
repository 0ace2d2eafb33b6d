import { toGraphError } from '../errors.ts';
import { errorBody, type RequestIds } from '../graph/error.ts';
import { OrderedFault } from './ordered-fault.ts';
import { JSON_HEADERS, type Reply } from './route.ts';

/** Told of what the server, not the caller, did wrong. */
export type ReportFault = (error: unknown, ids: RequestIds) => void;

/** Does the work of one request; whatever it throws becomes a reply in Graph's envelope. */
export async function settle(
  work: () => Promise<Reply>,
  ids: RequestIds,
  nowMs: () => number,
  report: ReportFault,
): Promise<Reply> {
  try {
    return await work();
  } catch (error) {
    return errorReply(error, ids, nowMs(), report);
  }
}

/** What the caller would be answered. */
export function statusOf(thrown: unknown): number {
  return toGraphError(thrown).status;
}

export function errorReply(
  thrown: unknown,
  ids: RequestIds,
  nowMs: number,
  report: ReportFault,
): Reply {
  const error = toGraphError(thrown);
  const isOrdered = error instanceof OrderedFault;
  if (error.status >= 500 && !isOrdered) report(thrown, ids);
  return {
    status: error.status,
    headers: { ...JSON_HEADERS, ...error.headers },
    body: JSON.stringify(errorBody(error, ids, nowMs)),
    ...(isOrdered && error.hangsUp && { hangsUp: true }),
  };
}
