import { createHash } from 'node:crypto';
import { Effort, TooMuchEffort } from '../calendar/effort.ts';
import { BadCalendar } from '../calendar/ical/errors.ts';
import { readCalendar } from '../calendar/ical/read-calendar.ts';
import { spansOf } from '../calendar/spans.ts';
import { UTC, zoneNamed } from '../calendar/zones.ts';
import { type SourceSpans, writeSpans } from '../mailbox/source-spans.ts';
import { MOST_SPANS } from './bounds.ts';
import { decoded } from './charset.ts';
import type { Reading } from './feed.ts';
import { askedRestMs } from './schedule.ts';

/** A calendar to be read. */
export interface Question {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  readonly readAs: Reading;
  readonly fromMs: number;
  readonly toMs: number;
  /** Of the bytes that what is known was made of; null when it is to be made again. */
  readonly knownHash: string | null;
}

export type Answer =
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'read';
      readonly hash: string;
      /** As a mailbox keeps them. */
      readonly spans: string;
      readonly knownUntilMs: number;
      readonly events: number;
      readonly skipped: number;
      readonly restMs: number;
    }
  /** It can't be read; why, in words that hold nothing of what is in it. */
  | { readonly kind: 'bad'; readonly reason: string };

/** What a calendar makes of its owner's time. All that is costly about a feed happens here. */
export function readFeedText({
  bytes,
  contentType,
  readAs,
  fromMs,
  toMs,
  knownHash,
}: Question): Answer {
  const hash = createHash('sha256').update(bytes).digest('base64url');
  if (hash === knownHash) return { kind: 'unchanged' };
  try {
    const text = decoded(bytes, contentType);
    const { events, skipped } = readCalendar(text, readAs);
    const home = zoneNamed(readAs.home) ?? UTC;
    const spans = spansOf(events, { fromMs, toMs }, home, Effort.forCalendar());
    const kept = bounded(spans, toMs);
    return {
      kind: 'read',
      hash,
      spans: writeSpans(kept),
      knownUntilMs: kept.knownUntilMs,
      events: events.length,
      skipped: skipped.length,
      restMs: askedRestMs(text),
    };
  } catch (error) {
    if (error instanceof BadCalendar || error instanceof TooMuchEffort) {
      return { kind: 'bad', reason: error.message };
    }
    throw error;
  }
}

/** The first of them, and until when they are all there are. */
function bounded(spans: SourceSpans['spans'], toMs: number): SourceSpans {
  const beyond = spans[MOST_SPANS];
  if (beyond === undefined) return { knownUntilMs: toMs, spans };
  return { knownUntilMs: beyond.startsAtMs, spans: spans.slice(0, MOST_SPANS) };
}
