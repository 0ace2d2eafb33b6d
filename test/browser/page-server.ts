import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { build, type Rolldown } from 'vite';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

export interface PageServer {
  /** `http://localhost:PORT`. */
  readonly origin: string;
  close(): Promise<void>;
}

/** Bundles the page of a folder, as its makers would, and serves it from memory. */
export async function servePage(folder: string): Promise<PageServer> {
  const files = await bundle(folder);
  const server = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const name = pathname === '/' ? 'index.html' : pathname.slice(1);
    const text = files.get(name);
    response.writeHead(text === undefined ? 404 : 200, { 'content-type': TYPES[extname(name)] });
    response.end(text);
  }).listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Names below the page's address, and what is there. */
async function bundle(root: string): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const { output } = (await build({
    root,
    configFile: false,
    envDir: false,
    logLevel: 'warn',
    // As for production, in spite of the test's NODE_ENV.
    resolve: { conditions: ['module', 'browser', 'production'] },
    // To be read where something fails.
    build: { write: false, minify: false, reportCompressedSize: false },
  })) as Rolldown.RolldownOutput;
  return new Map(
    output.map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source]),
  );
}
