import type { Outbound } from '../outbound/outbound.ts';
import { FETCH_LIMIT_MS, MOST_BYTES } from './bounds.ts';
import { feedUrl } from './feed-url.ts';
import { freshMs, retryAfterMs } from './schedule.ts';

/** What an earlier answer is known by. */
export interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

export type Fetched =
  | {
      readonly kind: 'content';
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly contentType: string;
      readonly validators: Validators;
      /** How long it stays fresh. */
      readonly restMs: number;
    }
  | { readonly kind: 'not modified'; readonly restMs: number }
  | {
      readonly kind: 'failed';
      /** In words, without the address but for another host that it leads to. */
      readonly reason: string;
      readonly retryAfterMs: number;
    }
  /** Nothing was tried: it is no fault of the feed's. */
  | { readonly kind: 'busy' };

export interface FetchParts {
  readonly outbound: Pick<Outbound, 'send'>;
  readonly nowMs: () => number;
  /** For all of it, redirects too; `FETCH_LIMIT_MS` by default. */
  readonly limitMs?: number;
}

/** Calendar providers move theirs, and say so; who goes on after so many goes in circles. */
const MOST_REDIRECTS = 3;

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

const WANTED_HEADERS = ['etag', 'last-modified', 'retry-after', 'cache-control', 'location'];

/** What fits into a request again. */
const VALIDATOR = /^[\x20-\x7e]{1,512}$/;

/**
 * Fetches a calendar. Redirects are followed, and each is checked as the first address was
 * (docs/decisions/0063-calendar-feeds.md).
 * @param known of the last answer that was good; null to have all of it anyway
 */
export async function fetchFeed(
  url: string,
  known: Validators | null,
  { outbound, nowMs, limitMs = FETCH_LIMIT_MS }: FetchParts,
): Promise<Fetched> {
  const conditions = conditionsOf(known);
  const isConditional = Object.keys(conditions).length > 0;
  let address = url;
  let leftMs = limitMs;
  for (let redirects = 0; ; redirects++) {
    const result = await outbound.send({
      method: 'GET',
      url: address,
      headers: { accept: 'text/calendar, */*;q=0.1', ...conditions },
      timeoutMs: Math.max(1, Math.ceil(leftMs)),
      maxReplyBytes: MOST_BYTES,
      wantedHeaders: WANTED_HEADERS,
      wantsBytes: true,
    });
    leftMs -= result.elapsedMs;
    const from = redirects === 0 ? '' : `it redirects to ${new URL(address).host}: `;
    if (result.kind === 'failed') {
      if (result.code === 'busy') return { kind: 'busy' };
      return failed(`${from}${result.reason}`);
    }
    const { status, headers = {}, contentType, bytes = new Uint8Array() } = result;
    const restMs = freshMs(headers['cache-control']);
    if (status === 200) {
      const validators = {
        etag: validator(headers.etag),
        lastModified: validator(headers['last-modified']),
      };
      return { kind: 'content', bytes, contentType, validators, restMs };
    }
    if (status === 304 && isConditional) return { kind: 'not modified', restMs };
    if (!REDIRECTS.includes(status)) {
      const askedMs = retryAfterMs(headers['retry-after'], nowMs());
      return failed(`${from}it answered with status ${status}`, askedMs);
    }
    const next = redirected(address, headers.location);
    if (next === undefined) return failed(`${from}it redirects to nowhere`);
    if (redirects === MOST_REDIRECTS) {
      return failed(`it redirects more than ${MOST_REDIRECTS} times, now to ${new URL(next).host}`);
    }
    address = next;
  }
}

function failed(reason: string, askedMs = 0): Fetched {
  return { kind: 'failed', reason, retryAfterMs: askedMs };
}

function redirected(address: string, location: string | undefined): string | undefined {
  if (location === undefined) return undefined;
  const target = URL.canParse(location, address) ? new URL(location, address).href : location;
  return feedUrl(target);
}

function conditionsOf(known: Validators | null): Record<string, string> {
  const { etag = null, lastModified = null } = known ?? {};
  return {
    ...(etag !== null && { 'if-none-match': etag }),
    ...(lastModified !== null && { 'if-modified-since': lastModified }),
  };
}

function validator(value: string | undefined): string | null {
  return value !== undefined && VALIDATOR.test(value) ? value : null;
}
