import { type Access, withAdded } from '../auth/permissions.ts';
import { ADDITION_NAMES, ADDITIONS } from '../graph/additions.ts';
import { type Alternatives, leastPermissions } from './least-permissions.ts';
import type { ApplicationUse, OperationUse, TokenUse, UsageRecord } from './record.ts';
import type {
  ApplicationReport,
  OperationReport,
  PermissionsReport,
  Report,
} from './report-schema.ts';

/** What applications used, and the least that they need for it. */
export function reportOf(record: UsageRecord): Report {
  const applications = [...record.applications].map(applicationReport);
  return {
    sinceDateTime: iso(record.sinceMs),
    applications: applications.toSorted(
      (a, b) => compare(a.tenantId, b.tenantId) || compare(a.applicationId, b.applicationId),
    ),
    requestsLeftOut: record.leftOut,
  };
}

function applicationReport(application: ApplicationUse): ApplicationReport {
  const { tenantId, appId, firstMs, lastMs, held } = application;
  const uses = [...application.operations.values()].toSorted(
    (a, b) =>
      compare(a.route.operation, b.route.operation) ||
      compare(a.version ?? '', b.version ?? '') ||
      compare(a.token, b.token),
  );
  const ofKind = (isApplication: boolean) =>
    uses.filter(({ token }) => (token === 'application') === isApplication);
  return {
    tenantId,
    applicationId: appId,
    firstRequestDateTime: iso(firstMs),
    lastRequestDateTime: iso(lastMs),
    operations: uses.map(operationReport),
    applicationPermissions: permissionsReport(ofKind(true), held.application),
    delegatedPermissions: permissionsReport(ofKind(false), held.delegated),
    additions: ADDITION_NAMES.flatMap((name) => {
      const requests = uses.reduce((sum, use) => sum + (use.additions.get(name) ?? 0), 0);
      return requests === 0 ? [] : [{ name, requests, ...ADDITIONS[name] }];
    }),
  };
}

function operationReport(use: OperationUse): OperationReport {
  const { route, version, token, requests, succeeded, lackedPermission } = use;
  const statuses = [...use.statuses].toSorted(([a], [b]) => a - b);
  return {
    operation: route.operation,
    method: route.method,
    version: version ?? null,
    token,
    requests,
    succeeded,
    statuses: Object.fromEntries(statuses.map(([digit, count]) => [`${digit}xx`, count])),
    lackedPermission,
    oneOfPermissions: [...enough(route.access, token)],
    additions: ADDITION_NAMES.filter((name) => use.additions.has(name)),
  };
}

function permissionsReport(
  uses: readonly OperationUse[],
  held: ReadonlySet<string>,
): PermissionsReport {
  const worked = uses.filter(({ succeeded }) => succeeded > 0);
  const needed = leastPermissions(worked.map(({ route, token }) => enough(route.access, token)));
  const all = [...held].toSorted();
  return {
    needed: [...needed],
    held: all,
    notNeeded: all.filter((name) => !needed.includes(name)),
  };
}

/** The permissions of which one is enough for this use. */
export function enough(access: Access, token: TokenUse): Alternatives {
  if (token === 'application') return withAdded(access).application;
  if (token === 'delegatedOneself') return access.own;
  return access.other === 'refused' ? [] : access.other;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
