import type {
  ApplicationReport,
  OperationReport,
  PermissionsReport,
  Report,
} from '../../usage/report-schema.ts';
import { printable, toTheSecond } from '../printable.ts';
import { table } from '../table.ts';

const HEADS = ['OPERATION', 'VERSION', 'TOKEN', 'REQUESTS', 'ANSWERS', 'ADDITIONS'];

const TOKENS: Readonly<Record<OperationReport['token'], string>> = {
  application: 'application',
  delegatedOneself: "user's, on oneself",
  delegatedOthers: "user's, on others",
  delegatedMany: "user's, on many",
};

/** A report for people. */
export function reportText({ sinceDateTime, applications, requestsLeftOut }: Report): string {
  const since = toTheSecond(sinceDateTime);
  if (applications.length === 0) return `No application has asked for anything since ${since}.`;
  const parts = [`Since ${since}`, ...applications.map(applicationText)];
  if (requestsLeftOut > 0) parts.push(`Further applications: ${requestsLeftOut} requests`);
  return parts.join('\n\n');
}

function applicationText(application: ApplicationReport): string {
  const { tenantId, applicationId, operations, additions } = application;
  return [
    `Application ${printable(applicationId)}, tenant ${printable(tenantId)}`,
    indented(table(HEADS, operations.map(rowOf))),
    ...permissionsText('Application permissions', application.applicationPermissions),
    ...permissionsText('Delegated permissions', application.delegatedPermissions),
    ...operations.filter(({ lackedPermission }) => lackedPermission > 0).map(lackedText),
    ...additions.map(
      ({ name, requests, what, graph }) =>
        `  Addition ${name}, in ${counted(requests)}: ${what}. Graph: ${graph}.`,
    ),
  ].join('\n');
}

function rowOf(operation: OperationReport): readonly string[] {
  const { version, token, requests, statuses, additions } = operation;
  return [
    operation.operation,
    version ?? '-',
    TOKENS[token],
    String(requests),
    Object.entries(statuses)
      .map(([status, count]) => `${count} ${status}`)
      .join(', '),
    additions.join(', '),
  ];
}

function permissionsText(title: string, { needed, held, notNeeded }: PermissionsReport): string[] {
  if (needed.length === 0 && held.length === 0) return [];
  return [
    `  ${title}`,
    `    needed      ${needed.map((name) => (held.includes(name) ? name : `${name} (another was held)`)).join(', ') || 'none'}`,
    ...(notNeeded.length > 0
      ? [`    not needed  ${notNeeded.map((n) => printable(n)).join(', ')}`]
      : []),
  ];
}

function lackedText({
  operation,
  token,
  lackedPermission,
  oneOfPermissions,
}: OperationReport): string {
  const which =
    oneOfPermissions.length === 0
      ? 'closed to such a token'
      : `needs ${oneOfPermissions.join(' or ')}`;
  return `  Refused ${operation} (${TOKENS[token]}), ${counted(lackedPermission)}: ${which}`;
}

function counted(requests: number): string {
  return requests === 1 ? '1 request' : `${requests} requests`;
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
