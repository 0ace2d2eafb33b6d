const GUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Whether `text` is a GUID, in either case, without braces. */
export function isGuid(text: string): boolean {
  return text.length === 36 && GUID.test(text);
}
