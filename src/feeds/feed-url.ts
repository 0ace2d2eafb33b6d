import { createHash } from 'node:crypto';

/** Longer addresses are nobody's, and every server on the store would hold them. */
const LONGEST_URL = 2048;

/**
 * The address that a feed is fetched from. `webcal` is how calendars are offered to programs that subscribe to
 * them, and names no protocol: it is fetched with https. Undefined for what is no address, or a longer one.
 */
export function feedUrl(text: string): string | undefined {
  if (text.length > LONGEST_URL) return undefined;
  const address = text.trim().replace(/^webcals?:/i, 'https:');
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  url.hash = '';
  return url.href.length > LONGEST_URL ? undefined : url.href;
}

/** What of a feed's address may be shown: whoever knows the rest reads the calendar. */
export interface ShownUrl {
  /** `https://calendar.example` */
  readonly origin: string;
  /** The same for the same address: 16 hexadecimal digits of its SHA-256. */
  readonly fingerprint: string;
}

export function shownUrl(url: string): ShownUrl {
  const fingerprint = createHash('sha256').update(url).digest('hex').slice(0, 16);
  return { origin: new URL(url).origin, fingerprint };
}
