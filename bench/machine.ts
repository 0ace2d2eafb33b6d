import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, release, tmpdir, totalmem, type } from 'node:os';

const require = createRequire(import.meta.url);

/** What the figures were measured on, as a line of text. */
export function machine(): string {
  const cpu = cpus()[0]?.model.trim() ?? 'unknown CPU';
  const memory = `${(totalmem() / 2 ** 30).toFixed(1)} GiB`;
  const versions = ['fastify', 'lmdb', 'autocannon'].map((name) => `${name} ${versionOf(name)}`);
  return `${cpu}, ${availableParallelism()} cores, ${memory}, ${type()} ${release()}, Node ${process.version}, ${versions.join(', ')}; stores in ${tmpdir()}.`;
}

function versionOf(name: string): string {
  const entry = require.resolve(name);
  const folder = entry.slice(0, entry.lastIndexOf(`/${name}/`) + name.length + 2);
  const text = readFileSync(`${folder}package.json`, 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
