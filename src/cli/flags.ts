import { parseArgs } from 'node:util';
import { UsageError } from './command.ts';

/** The flags a command takes, each with its default; one that is false takes no value. */
type Flags = Readonly<Record<string, string | false | undefined>>;

type Values<T extends Flags> = {
  readonly [F in keyof T]: T[F] extends false
    ? boolean
    : T[F] extends string
      ? string
      : string | undefined;
};

/**
 * Reads `--flag value` with Node's own parser; a value may begin with a minus, as durations do.
 * @throws UsageError for anything that isn't in `flags`.
 */
export function readFlags<T extends Flags>(args: readonly string[], flags: T): Values<T> {
  return parse(args, flags, false).flags;
}

/** Reads flags with words between them: `remove ID --json`. @throws UsageError */
export function readWords<T extends Flags>(
  args: readonly string[],
  flags: T,
): { readonly words: readonly string[]; readonly flags: Values<T> } {
  return parse(args, flags, true);
}

function parse<T extends Flags>(args: readonly string[], flags: T, allowPositionals: boolean) {
  const options = Object.fromEntries(
    Object.entries(flags).map(([flag, value]) => {
      const type = value === false ? ('boolean' as const) : ('string' as const);
      return [flag, { type }];
    }),
  );
  try {
    const { values, positionals } = parseArgs({
      args: joinNegative(args),
      options,
      allowPositionals,
      strict: true,
    });
    return { words: positionals, flags: { ...flags, ...values } as Values<T> };
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

/** The address of a server. @throws UsageError */
export function urlFlag(text: string): URL {
  if (URL.canParse(text)) {
    const url = new URL(text);
    if (/^https?:$/.test(url.protocol)) return url;
  }
  throw new UsageError(`--url must begin with http:// or https://, not '${text}'`);
}
