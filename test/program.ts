import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atFileEnd } from './file-end.ts';

/** The program as users start it: built, and in a process of its own. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAIN = join(ROOT, 'dist', 'main.js');

/** Ends a program that neither says what it should nor exits, so that the test fails with its output. */
const PATIENCE_MS = 25_000;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  /** The first line on standard output that matches, said already or to come. Rejects if it exits first. */
  line(pattern: RegExp): Promise<RegExpMatchArray>;
  /** As Ctrl-C in a terminal, which every process of the group gets. */
  signal(signal: NodeJS.Signals): void;
  readonly exited: Promise<Exit>;
  /** SIGINT, and how it ended. */
  stop(): Promise<Exit>;
  /** SIGKILL, and gone. */
  kill(): Promise<void>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const running = new Set<Running>();
const folders = new Set<string>();

// A test that leaves a program running leaves a port, a file and a process behind: it fails.
atFileEnd(async () => {
  const left = [...running];
  await Promise.all(left.map((each) => each.kill()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
  if (left.length > 0) throw new Error(`${left.length} programs were left running`);
});

/** A folder that is gone after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-'));
  folders.add(folder);
  return folder;
}

/** Starts a command in a process group of its own, as a terminal does. */
export function start(
  command: string,
  args: readonly string[],
  { cwd = ROOT, env = {} }: StartOptions = {},
): Running {
  const child: ChildProcess = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const output = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      for (const look of waiting) look();
    });
  }

  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started`);
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(-pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  const describe = () => `${[command, ...args].join(' ')}\n${output.stdout}${output.stderr}`;

  const exited = once(child, 'close').then(([code, by]): Exit => {
    running.delete(program);
    return { code, signal: by, ...output };
  });

  const line = (pattern: RegExp) =>
    new Promise<RegExpMatchArray>((resolve, reject) => {
      const settle = (act: () => void) => {
        waiting.delete(look);
        clearTimeout(timer);
        act();
      };
      const look = () => {
        const complete = output.stdout.split('\n').slice(0, -1);
        const match = complete.map((each) => pattern.exec(each)).find((each) => each !== null);
        if (match) settle(() => resolve(match));
      };
      const fail = (how: string) => settle(() => reject(new Error(`${how}: ${describe()}`)));
      const timer = setTimeout(() => fail(`no line matched ${pattern}`), PATIENCE_MS);
      waiting.add(look);
      look();
      exited.then(({ code, signal: by }) => fail(`exited with ${code ?? by}`));
    });

  const program: Running = {
    pid,
    line,
    signal,
    exited,
    stop() {
      signal('SIGINT');
      return exited;
    },
    async kill() {
      signal('SIGKILL');
      await exited;
    },
  };
  running.add(program);
  return program;
}

/** Runs a command to its end. */
export function run(
  command: string,
  args: readonly string[],
  options?: StartOptions,
): Promise<Exit> {
  return start(command, args, options).exited;
}

/** `porchlight …`, without npm before it. */
export function porchlight(...args: readonly string[]): Running {
  return start(process.execPath, [MAIN, ...args]);
}

/** Runs `porchlight …` to its end. */
export function runPorchlight(...args: readonly string[]): Promise<Exit> {
  return porchlight(...args).exited;
}

export interface DevServer extends Running {
  /** `http://127.0.0.1:PORT`. */
  readonly http: string;
  /** `https://localhost:PORT`. */
  readonly https: string;
  readonly dataDir: string;
  /** The certificate that clients are told to trust. */
  readonly caPath: string;
}

export interface DevOptions {
  /** A folder of the test's own by default. */
  readonly dataDir?: string;
  /** For HTTP; a free one by default. */
  readonly port?: string;
  readonly flags?: readonly string[];
}

/** `npm start -- …` on free ports, until it says that it runs. */
export function npmStart(options?: DevOptions): Promise<DevServer> {
  return startDev((args) => start('npm', ['start', '--', ...args]), options);
}

/** `porchlight dev …` on free ports, until it says that it runs. */
export function startPorchlightDev(options?: DevOptions): Promise<DevServer> {
  return startDev((args) => porchlight('dev', ...args), options);
}

async function startDev(
  launch: (args: readonly string[]) => Running,
  { dataDir = temporaryFolder(), port = '0', flags = [] }: DevOptions = {},
): Promise<DevServer> {
  const ports = ['--port', port, '--https-port', '0'];
  const program = launch([...ports, '--data', dataDir, ...flags]);
  await program.line(/^Ctrl-C stops it/);
  const [[, http = ''], [, https = ''], [, caPath = '']] = await Promise.all([
    program.line(/^ {2}HTTP +(http:\S+)$/),
    program.line(/^ {2}HTTPS +(https:\S+)$/),
    program.line(/NODE_EXTRA_CA_CERTS='([^']+)'/),
  ]);
  return { ...program, http, https, dataDir, caPath };
}

/** What `porchlight token …` prints for this server. */
export async function tokenOf({ http }: DevServer, ...flags: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runPorchlight('token', '--url', http, ...flags);
  if (code !== 0) throw new Error(`no token: ${stderr}`);
  return stdout.trim();
}

/** `porchlight serve --config …`, until it says that it serves. `origin` is its first address. */
export async function startServe(configPath: string): Promise<Running & { origin: string }> {
  const program = porchlight('serve', '--config', configPath);
  const [line] = await program.line(/^.*"msg":"serving".*$/);
  const { addresses } = JSON.parse(line) as { addresses: readonly string[] };
  return { ...program, origin: addresses[0] ?? '' };
}
