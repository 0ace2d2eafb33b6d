/** What `$filter` and `$search` come to: whether an item of a list is asked for. */
export type Condition<T> = (item: T) => boolean;

/** The values of an item that can be asked about, by their names in lower case. */
export type Fields<T> = ReadonlyMap<string, (item: T) => string | boolean | null>;

/** The instants of an item that can be asked about, Unix times by their names in lower case. */
export type Instants<T> = ReadonlyMap<string, (item: T) => number>;

/** How deep parentheses may go: reading them takes a stack. */
export const DEEPEST = 20;

export function both<T>(a: Condition<T>, b: Condition<T>): Condition<T> {
  return (item) => a(item) && b(item);
}

/** All hold. */
export function every<T>(parts: readonly Condition<T>[]): Condition<T> {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return (item) => parts.every((part) => part(item));
}

/** One holds, at least. */
export function some<T>(parts: readonly Condition<T>[]): Condition<T> {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return (item) => parts.some((part) => part(item));
}

/** Directory objects are compared without case. */
export function folded(text: string): string {
  return text.toLowerCase();
}

/** Whether a text begins so; null begins with nothing. */
export function beginsWith<T>(
  read: (item: T) => string | boolean | null,
  text: string,
): Condition<T> {
  const beginning = folded(text);
  return (item) => {
    const value = read(item);
    return typeof value === 'string' && folded(value).startsWith(beginning);
  };
}
