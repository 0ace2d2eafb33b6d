import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { atFileEnd } from './file-end.ts';
import { ROOT, run, temporaryFolder } from './program.ts';

/** What somebody installs: packed by `npm pack` and unpacked again, once for each file of tests. */
let unpacking: Promise<string> | undefined;
let unpackedIn: string | undefined;

atFileEnd(() => {
  if (unpackedIn !== undefined) rmSync(unpackedIn, { recursive: true, force: true });
  unpacking = undefined;
  unpackedIn = undefined;
});

async function unpack(): Promise<string> {
  unpackedIn = mkdtempSync(join(tmpdir(), 'porchlight-packed-'));
  const flags = ['--ignore-scripts', '--silent', '--pack-destination', unpackedIn];
  const packed = await run('npm', ['pack', ...flags]);
  if (packed.code !== 0) throw new Error(`npm pack: ${packed.stderr}`);
  const tarball = packed.stdout.trim().split('\n').at(-1) ?? '';
  const { code, stderr } = await run('tar', ['-xzf', join(unpackedIn, tarball), '-C', unpackedIn]);
  if (code !== 0) throw new Error(`tar: ${stderr}`);
  return join(unpackedIn, 'package');
}

/**
 * Makes a folder in which the packed Porchlight is installed, and of everything else what it and `packages` depend on
 * by name; a package that is in neither list can't be found there. Other packages come from this repository, so that
 * no network is needed.
 * @param from a folder whose content it gets
 */
export async function installedFolder(
  packages: readonly string[] = [],
  from?: string,
): Promise<string> {
  unpacking ??= unpack();
  const porchlight = await unpacking;
  const folder = temporaryFolder();
  if (from !== undefined) cpSync(from, folder, { recursive: true });
  const modules = join(folder, 'node_modules');
  mkdirSync(modules, { recursive: true });
  cpSync(porchlight, join(modules, 'porchlight'), { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(join(porchlight, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of [...Object.keys(dependencies), ...packages]) link(name, modules);
  return folder;
}

function link(name: string, modules: string): void {
  const target = join(ROOT, 'node_modules', name);
  if (!existsSync(target)) throw new Error(`${name} is not installed here`);
  const path = join(modules, name);
  mkdirSync(dirname(path), { recursive: true });
  if (!existsSync(path)) symlinkSync(target, path);
}

/** The program of an installed package, to be run with Node. */
export function programOf(name: string, command = name): string {
  const folder = join(ROOT, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>;
  };
  return join(folder, typeof bin === 'string' ? bin : (bin[command] ?? ''));
}
