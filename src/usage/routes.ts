import { STEER_SERVER } from '../auth/permissions.ts';
import { GraphError } from '../graph/error.ts';
import { json, NO_CONTENT, type Route } from '../http/route.ts';
import type { UsageRecord } from './record.ts';
import { reportOf } from './report.ts';
import { reportSchema } from './report-schema.ts';

const PATHS = ['/porchlight/report'];

/** The report of use. @param record undefined where none is kept */
export function usageRoutes(record: UsageRecord | undefined): readonly Route[] {
  const kept = (): UsageRecord => {
    if (record !== undefined) return record;
    throw new GraphError(
      404,
      'NotFound',
      'No record of use is kept here: see report in the configuration.',
    );
  };
  return [
    {
      operation: 'getUsageReport',
      summary: 'Tell which operations applications used, and the least permissions they need',
      method: 'GET',
      paths: PATHS,
      access: STEER_SERVER,
      result: reportSchema,
      handle: async () => json(JSON.stringify(reportOf(kept()))),
    },
    {
      operation: 'clearUsageReport',
      summary: 'Forget what applications used, and begin anew',
      method: 'DELETE',
      paths: PATHS,
      access: STEER_SERVER,
      success: 204,
      async handle() {
        kept().clear();
        return NO_CONTENT;
      },
    },
  ];
}
