/**
 * Whether text is Unicode: JSON can spell half of a surrogate pair (`"\ud800"`), which is no
 * character and which UTF-8, so every store, can't keep.
 */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** The text with U+FFFD in the place of every half of a surrogate pair. */
export function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\ufffd');
}
