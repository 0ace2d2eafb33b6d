import { fileURLToPath } from 'node:url';
import { run } from '../program.ts';

/** Runs one of clients/*.mjs to its end, and gives what it printed. It trusts the authority of `caPath`. */
export async function runClient(name: string, task: object, caPath: string): Promise<unknown> {
  const { code, stdout, stderr } = await run(
    process.execPath,
    [fileURLToPath(new URL(`clients/${name}.mjs`, import.meta.url)), JSON.stringify(task)],
    { env: { NODE_EXTRA_CA_CERTS: caPath } },
  );
  if (code !== 0) throw new Error(`${name} exited with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}
