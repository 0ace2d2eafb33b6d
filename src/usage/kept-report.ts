import { Compile } from 'typebox/compile';
import { readKeptFile, SECRET_MODE, writeKeptFile } from '../auth/kept-file.ts';
import type { Clock } from '../clock.ts';
import type { UsageRecord } from './record.ts';
import { reportOf } from './report.ts';
import { type Report, reportSchema } from './report-schema.ts';

/** In the data folder of `porchlight dev`. */
export const REPORT_FILE = 'report.json';

/** A run that is killed loses what came since. */
const WRITE_EVERY_MS = 10_000;

export interface ReportKeeping {
  readonly path: string;
  readonly record: UsageRecord;
  readonly clock: Clock;
  /** Told when the file can't be written; it is tried again. */
  readonly onError: (error: unknown) => void;
}

export interface KeptReport {
  /** Writes the file a last time. */
  stop(): Promise<void>;
}

/** Writes the report to a file while it changes. What an earlier run left there stays until then. */
export function keepReport({ path, record, clock, onError }: ReportKeeping): KeptReport {
  let written = '';
  let writing = Promise.resolve();
  let callOff = () => {};

  const write = (isLast: boolean) => {
    const state = `${record.sinceMs} ${record.requests}`;
    if (state === written || (written === '' && record.requests === 0 && !isLast)) return;
    writing = writing
      .then(() => writeKeptFile(path, `${JSON.stringify(reportOf(record))}\n`, SECRET_MODE))
      .then(() => {
        written = state;
      })
      .catch(onError);
  };
  const sleep = () => {
    callOff = clock.alarm(clock.nowMs() + WRITE_EVERY_MS, () => {
      write(false);
      sleep();
    });
  };
  sleep();

  return {
    async stop() {
      callOff();
      write(true);
      await writing;
    },
  };
}

/** The report that a run has left; undefined where there is none. @throws Error for anything else */
export async function readKeptReport(path: string): Promise<Report | undefined> {
  const text = await readKeptFile(path);
  if (text === undefined) return undefined;
  const found: unknown = JSON.parse(text);
  if (!Compile(reportSchema).Check(found)) throw new Error('it is no report');
  return found as Report;
}
