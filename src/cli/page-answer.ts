import { CommandFailed } from './command.ts';

/** One page of a list, and the query of the next; undefined at the end. @throws CommandFailed for what is no list */
export function pageIn<Item>(answer: unknown): {
  readonly items: readonly Item[];
  readonly next: string | undefined;
} {
  const { value, '@odata.nextLink': link } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  if (!Array.isArray(value)) throw new CommandFailed('the server answered without a list');
  // Of the link only what follows the path: behind a proxy the server may be known under another name.
  const next = typeof link === 'string' ? new URL(link).search : undefined;
  return { items: value as readonly Item[], next };
}
