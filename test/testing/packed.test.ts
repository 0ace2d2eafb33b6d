import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { installedFolder, programOf } from '../packed.ts';
import { run } from '../program.ts';

/** Asks for a presence, leaves a connection open, and doesn't close. */
const PROGRAM = `
  const porch = await startPorchlight({ now: '2026-11-21T09:00:00Z', https: true });
  const response = await fetch(porch.url + '/v1.0/users/' + porch.user('ada').id + '/presence', {
    headers: { authorization: 'Bearer ' + (await porch.token()) },
  });
  if (response.status !== 200) throw new Error(await response.text());
  await porch.advance('P1D');
  await porch.snapshot();
`;

const TYPED = `
import { Client } from '@microsoft/microsoft-graph-client';
import { type Inbox, type Porchlight, startPorchlight } from 'porchlight/testing';

export async function use(): Promise<string> {
  await using porch: Porchlight = await startPorchlight({ users: ['zoe'], https: true });
  const client = Client.initWithMiddleware(porch.clientOptions({ user: 'zoe' }));
  await client.api('/me/presence').get();
  const inbox: Inbox = porch.inbox();
  inbox.respond(({ kind }) => (kind === 'validation' ? { status: 200, tookMs: 5000 } : undefined));
  const { events } = await porch.advance('PT5M');
  for (const event of events) {
    if (event.kind === 'presence') return event.after.activity;
    // @ts-expect-error: an event of another kind has none
    event.after;
  }
  // @ts-expect-error: there is no such option
  await startPorchlight({ clock: 1 });
  return (await inbox.next()).userId;
}
`;

describe('the packed porchlight/testing, installed in an empty folder,', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await installedFolder(['@microsoft/microsoft-graph-client', '@types/node']);
  });

  const runs = async (name: string, source: string) => {
    writeFileSync(join(folder, name), source);
    const before = readdirSync(folder);
    const exit = await run(process.execPath, [name], { cwd: folder, env: { NODE_OPTIONS: '' } });
    expect(readdirSync(folder)).toEqual(before);
    return exit;
  };

  it('is imported, prints nothing, writes nothing, and keeps no process alive', async () => {
    const source = `import { startPorchlight } from 'porchlight/testing';${PROGRAM}`;
    expect(await runs('program.mjs', source)).toEqual({
      code: 0,
      signal: null,
      stdout: '',
      stderr: '',
    });
  });

  it('is required too', async () => {
    const source = `(async () => { const { startPorchlight } = require('porchlight/testing');${PROGRAM}})();`;
    const { code, stdout, stderr } = await runs('program.cjs', source);
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '' });
  });

  it('has types, which fit those of Microsoft’s client', async () => {
    writeFileSync(join(folder, 'typed.ts'), TYPED);
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022'];
    // Microsoft’s types need those of browsers.
    const lib = ['--lib', 'es2022,esnext.disposable,dom', '--types', 'node'];
    const { code, stdout } = await run(
      process.execPath,
      [programOf('typescript', 'tsc'), ...flags, ...lib, '--ignoreConfig', 'typed.ts'],
      { cwd: folder },
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });
});
