import { join, resolve } from 'node:path';
import { REPORT_FILE, readKeptReport } from '../usage/kept-report.ts';
import type { Report } from '../usage/report-schema.ts';
import { callApi, Refused } from './call-api.ts';
import { type Command, CommandFailed, UsageError } from './command.ts';
import { readFlags, urlFlag } from './flags.ts';
import { jsonLine } from './printable.ts';
import { reportText } from './report/print.ts';

const DEFAULT_URL = 'http://127.0.0.1:4280';
const DEFAULT_DATA = '.porchlight';

export const REPORT_USAGE = `porchlight report [--url URL] [--token TOKEN] [--data DIR] [--json]

Tells which operations each application used since the server started, which additions of Porchlight, and
the least permissions that it needs for what succeeded. Asks the running dev server, and without one reads what the
last one has left in its folder.

  --url    the server (${DEFAULT_URL})
  --token  an application token with the permission Porchlight.Manage.All, for a server started with
           \`porchlight serve\`, whose configuration has report; the dev server needs none
  --data   the folder of a dev server that has stopped (${DEFAULT_DATA})
  --json   prints the report as JSON`;

/** `porchlight report`. */
export const report: Command = async (args, { print }) => {
  const flags = readFlags(args, { url: undefined, token: undefined, data: undefined, json: false });
  const { url, token, data } = flags;
  if (data !== undefined && (url ?? token) !== undefined) {
    throw new UsageError('--data goes without --url and --token: it reads what a server has left');
  }
  const found =
    data === undefined
      ? await fromServer(url, token)
      : await fromFolder(data, () => new CommandFailed(`there is no report in ${resolve(data)}`));
  print(flags.json ? jsonLine(found) : reportText(found));
};

async function fromServer(url: string | undefined, token: string | undefined): Promise<Report> {
  const target = new URL('/porchlight/report', urlFlag(url ?? DEFAULT_URL));
  try {
    return (await callApi({ method: 'GET', url: target, token })) as Report;
  } catch (error) {
    if (url !== undefined || error instanceof Refused) throw error;
    return fromFolder(DEFAULT_DATA, () => error);
  }
}

async function fromFolder(folder: string, nothing: () => unknown): Promise<Report> {
  const path = join(resolve(folder), REPORT_FILE);
  const found = await readKeptReport(path).catch((cause: Error) => {
    throw new CommandFailed(`${path} can't be read: ${cause.message}`, { cause });
  });
  if (found === undefined) throw nothing();
  return found;
}
