import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import { readTenantFile } from '../auth/tenant-file.ts';
import type { CalendarSources } from '../feeds/feeds.ts';
import type { CalendarFolder } from '../feeds/folder-files.ts';
import { createReader } from '../feeds/reader.ts';
import { createOutbound, type OutboundOptions } from '../outbound/open.ts';
import { CommandFailed } from './command.ts';

/** The code of the thread that reads calendars, as it lies in a built Porchlight. */
const READER_WORKER = new URL('../feeds/reader-worker.js', import.meta.url);

export interface CalendarsOptions {
  readonly pollEveryMs?: number;
  readonly folder: CalendarFolder | undefined;
  /** The rules by which calendars are reached. */
  readonly outbound: OutboundOptions;
  readonly log: Logger;
}

/** Reads other people's calendars in a thread of their own, and reaches them by a way of their own. */
export function openCalendars({ folder, log, ...options }: CalendarsOptions): CalendarSources {
  const { pollEveryMs } = options;
  return {
    ...(pollEveryMs !== undefined && { pollEveryMs }),
    ...(folder && { folder }),
    outbound: createOutbound(options.outbound),
    reader: createReader({
      worker: READER_WORKER,
      onError: (error) => log.warn({ err: error }, 'a calendar could not be read'),
    }),
  };
}

export interface FolderOptions {
  /** Ids of the tenants that are served. */
  readonly tenants: readonly string[];
  /** The tenant file, which knows their domains. */
  readonly tenantFile: string | undefined;
}

/** Rejects with `CommandFailed` for a folder that isn't there: a slip in its name would go unnoticed. */
export async function calendarFolder(
  path: string | undefined,
  { tenants, tenantFile }: FolderOptions,
): Promise<CalendarFolder | undefined> {
  if (path === undefined) return undefined;
  const folder = await stat(path).catch((cause: Error) => {
    throw new CommandFailed(`the folder of calendars: ${cause.message}`, { cause });
  });
  if (!folder.isDirectory()) throw new CommandFailed(`the folder of calendars: ${path} is none`);
  const listed = tenantFile === undefined ? [] : await readTenantFile(tenantFile);
  const ids = [...new Set(tenants.map((id) => id.toLowerCase()))];
  const named = ids.map((id) => listed.find((tenant) => tenant.id === id) ?? { id });
  return { path: resolve(path), tenants: named };
}
