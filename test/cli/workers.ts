import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { type DevServer, porchlight, type Running, temporaryFolder } from '../program.ts';
import { type Answer, TENANT } from './graph.ts';

/** A configuration with an embedded store, in a folder of its own. */
export interface WorkersConfig {
  readonly path: string;
  /** The data folder. */
  readonly data: string;
}

/** Takes the tokens of a dev server; `settings` go over the others. */
export function configFor({ http }: DevServer, settings: object = {}): WorkersConfig {
  const folder = temporaryFolder();
  const path = join(folder, 'porchlight.json');
  const config = {
    listen: { port: 0 },
    store: 'lmdb:data',
    issuers: [
      {
        issuer: `${http}/${TENANT}/v2.0`,
        tenant: TENANT,
        audiences: ['https://graph.microsoft.com'],
      },
    ],
    ...settings,
  };
  writeFileSync(path, JSON.stringify(config));
  return { path, data: join(folder, 'data') };
}

/** `porchlight serve --workers …`, until all of them serve. */
export async function startServeTogether({ path, data }: WorkersConfig, workers: number) {
  const program = porchlight('serve', '--config', path, '--workers', `${workers}`);
  const [line] = await program.line(/^.*"msg":"serving".*$/);
  const { addresses } = JSON.parse(line) as { addresses: readonly string[] };
  return { ...program, data, origin: addresses[0] ?? '' };
}

/** The processes that a program has started. */
export function childrenOf({ pid }: Running): number[] {
  const listed = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  return listed
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child = 0]) => child);
}

/** Whether a process has a connection that was made to this port: Linux shows its sockets, and what they are. */
export function hasConnectionAt(pid: number, port: number): boolean {
  const folder = `/proc/${pid}/fd`;
  const inodes = readdirSync(folder).map((fd) => /^socket:\[(\d+)\]/.exec(linkAt(folder, fd))?.[1]);
  const table = readFileSync(`/proc/${pid}/net/tcp`, 'utf8');
  return table.split('\n').some((line) => {
    // Number, own address, other's address, state, …, inode as the tenth.
    const [, own = '', , , , , , , , inode] = line.trim().split(/\s+/);
    return Number.parseInt(own.split(':')[1] ?? '', 16) === port && inodes.includes(inode);
  });
}

function linkAt(folder: string, fd: string): string {
  try {
    return readlinkSync(join(folder, fd));
  } catch {
    // Closed meanwhile.
    return '';
  }
}

/** Calls over a connection of its own, which one worker has. */
export class Connection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #origin: string;
  readonly #token: string;

  constructor(origin: string, token: string) {
    this.#origin = origin;
    this.#token = token;
  }

  call(method: string, path: string, body?: unknown): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      const headers = {
        authorization: `Bearer ${this.#token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      };
      const sent = request(
        new URL(path, this.#origin),
        { method, headers, agent: this.#agent },
        (response) => {
          let answer = '';
          response.setEncoding('utf8').on('data', (part) => {
            answer += part;
          });
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              body: answer === '' ? undefined : JSON.parse(answer),
            }),
          );
        },
      );
      sent.once('error', reject);
      sent.end(text);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
