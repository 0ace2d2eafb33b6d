import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onCore } from '../child.ts';
import { freePort } from './free-port.ts';

/** The host that its users belong to. */
export const PROSODY_HOST = 'localhost';

/** An XMPP server under load: Prosody with what presence needs and nothing else. */
export interface ProsodyProcess {
  readonly port: number;
  /** Its version, for the record. */
  readonly version: string;
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

const PATIENCE_MS = 20_000;

/**
 * Starts Prosody in `folder`, with users who are all in each other's roster and whose password is their
 * name.
 */
export async function startProsody(
  folder: string,
  users: readonly string[],
  core: number,
): Promise<ProsodyProcess> {
  await writeData(folder, users);
  const port = await freePort();
  const path = join(folder, 'prosody.cfg.lua');
  await writeFile(path, configuration(folder, port));
  const [command = '', ...options] = [...onCore(core), 'prosody', '-F', '--config', path];
  const child = spawn(command, options, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const ended = once(child, 'close');
  // Also when the bench fails: nobody else would end it.
  process.once('exit', () => child.kill());
  const sinceMs = performance.now();
  while (!(await accepts(port))) {
    const isOver = child.exitCode !== null || performance.now() - sinceMs > PATIENCE_MS;
    if (!isOver) continue;
    child.kill();
    throw new Error(`prosody doesn't start: ${said}`);
  }
  return {
    port,
    version: /Prosody version (\S+)/.exec(said)?.[1] ?? 'of unknown version',
    cpuMs: () => cpuMsOf(child.pid ?? 0),
    async stop() {
      child.kill();
      await ended;
    },
  };
}

function configuration(folder: string, port: number): string {
  return `run_as_root = true
daemonize = false
pidfile = "${folder}/prosody.pid"
data_path = "${folder}/data"
log = { { levels = { min = "info" }, to = "console" } }
modules_enabled = { "roster", "saslauth" }
modules_disabled = { "s2s", "s2s_auth_certs", "offline", "limits" }
interfaces = { "127.0.0.1" }
c2s_ports = { ${port} }
c2s_direct_tls_ports = { }
s2s_ports = { }
network_settings = { nagle = false }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
storage = "internal"
VirtualHost "${PROSODY_HOST}"
`;
}

/** Accounts and rosters, as Prosody's own storage keeps them. */
async function writeData(folder: string, users: readonly string[]): Promise<void> {
  const data = join(folder, 'data', PROSODY_HOST);
  await mkdir(join(data, 'accounts'), { recursive: true });
  await mkdir(join(data, 'roster'));
  for (const user of users) {
    const others = users.filter((other) => other !== user);
    const items = others.map(
      (other) =>
        `["${other}@${PROSODY_HOST}"] = { ["subscription"] = "both"; ["groups"] = {}; };\n`,
    );
    await writeFile(join(data, 'accounts', `${user}.dat`), `return { ["password"] = "${user}"; };`);
    await writeFile(
      join(data, 'roster', `${user}.dat`),
      `return {\n[false] = { ["version"] = 1; ["pending"] = {}; };\n${items.join('')}};`,
    );
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    await delay(100);
    return false;
  } finally {
    socket.destroy();
  }
}

/** CPU time of a process by the system's account, which counts in hundredths of a second. */
async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
