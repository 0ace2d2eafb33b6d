import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './command.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * Reads `--flags` with Node's own parser; a value may begin with a minus, as durations do.
 * @throws UsageError for anything that isn't in `options`.
 */
export function readFlags<const T extends Options>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: joinNegative(args), options, strict: true }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** `--ttl -PT5M` means `--ttl=-PT5M`: Node's parser takes the second word for a flag. */
function joinNegative(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of args) {
    const before = joined.at(-1);
    if (/^-P/.test(word) && before?.startsWith('--') === true && !before.includes('=')) {
      joined[joined.length - 1] = `${before}=${word}`;
    } else {
      joined.push(word);
    }
  }
  return joined;
}

/** A port number; 0 lets the system choose. @throws UsageError */
export function portFlag(text: string, flag: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new UsageError(`--${flag} must be a port from 0 to 65535, not '${text}'`);
  }
  return port;
}
