import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Compile } from 'typebox/compile';
import { findUnsafe } from './safety.ts';
import { type Config, configSchema } from './schema.ts';

/** The configuration can't be used: says which file, which field, and what it must be. */
export class ConfigInvalid extends Error {
  readonly code = 'ConfigInvalid';

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}`, options);
    this.name = 'ConfigInvalid';
  }
}

const validator = Compile(configSchema);

/** Reads and checks a configuration file. Rejects with `ConfigInvalid`. */
export async function readConfig(path: string): Promise<Config> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConfigInvalid(path, code === 'ENOENT' ? 'there is no such file' : message, {
      cause: error,
    });
  }
  return parseConfig(json, path);
}

/** As `readConfig`, for JSON that is read already; relative paths start from the folder of `path`. */
export function parseConfig(json: unknown, path: string): Config {
  const filled = validator.Default(structuredClone(json));
  if (!validator.Check(filled)) throw new ConfigInvalid(path, firstProblem(filled));
  const unsafe = findUnsafe(filled);
  if (unsafe !== undefined) throw new ConfigInvalid(path, unsafe);
  return withAbsolutePaths(filled, dirname(resolve(path)));
}

function firstProblem(filled: unknown): string {
  const [error] = validator.Errors(filled);
  if (error === undefined) return 'it is not a configuration';
  const field = error.instancePath.slice(1).replaceAll('/', '.') || 'the file';
  switch (error.keyword) {
    case 'required':
      return `${field} has no ${error.params.requiredProperties.join(', ')}`;
    case 'boolean':
      return `${field} is not known here`;
    case 'enum':
      return (
        renamed(field, filled) ?? `${field} must be ${error.params.allowedValues.join(' or ')}`
      );
    case 'type':
      return `${field} must be ${described(error.params.type)}`;
    case 'minItems':
    case 'minLength':
      return `${field} must not be empty`;
    default:
      return `${field} ${error.message}`;
  }
}

/** A value that earlier versions took, with what it is called now. */
function renamed(field: string, filled: unknown): string | undefined {
  const { directory } = filled as { directory?: { mode?: unknown } };
  if (field !== 'directory.mode' || directory?.mode !== 'listed') return undefined;
  return `${field}: listed is called file now`;
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
};

function described(type: string | readonly string[]): string {
  const name = String(type);
  return DESCRIPTIONS[name] ?? name;
}

function withAbsolutePaths(config: Config, folder: string): Config {
  const { listen, store, directory, calendars } = config;
  const { tls } = listen;
  return {
    ...config,
    store: store.startsWith('lmdb:')
      ? `lmdb:${resolve(folder, store.slice('lmdb:'.length))}`
      : store,
    listen: tls
      ? {
          ...listen,
          tls: { certFile: resolve(folder, tls.certFile), keyFile: resolve(folder, tls.keyFile) },
        }
      : listen,
    directory: directory.file ? { ...directory, file: resolve(folder, directory.file) } : directory,
    calendars: calendars.folder
      ? { ...calendars, folder: resolve(folder, calendars.folder) }
      : calendars,
  };
}
