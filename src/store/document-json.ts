/** What the text of a document says; undefined for what is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The format that a document says it is of; 0 where it says none. */
export function formatOf(value: unknown): number {
  if (typeof value !== 'object' || value === null || !('format' in value)) return 0;
  return typeof value.format === 'number' ? value.format : 0;
}
