import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The first of these commands that can't be found; what a question can't do without may be missing. */
export async function missing(...commands: readonly string[]): Promise<string | undefined> {
  for (const command of commands) if (!(await isInstalled(command))) return command;
  return undefined;
}

async function isInstalled(command: string): Promise<boolean> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = folders.map((folder) => access(join(folder, command), constants.X_OK));
  return (await Promise.allSettled(found)).some(({ status }) => status === 'fulfilled');
}
