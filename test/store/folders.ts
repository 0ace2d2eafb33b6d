import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atFileEnd } from '../file-end.ts';

const made: string[] = [];

/** A new folder, removed when the tests of the file have run. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-test-'));
  made.push(folder);
  return folder;
}

atFileEnd(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});
