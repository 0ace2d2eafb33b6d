import type { CalendarSpan, CalendarSpanKind } from '../engine/facts.ts';
import type { MailboxDocuments } from './mailboxes.ts';

/** What a source outside the mailbox, such as a calendar feed, says of its owner's time. */
export interface SourceSpans {
  /** Until when the source was looked through; Infinity when nothing comes after its spans. */
  readonly knownUntilMs: number;
  /** In the order of their starts. Those of one kind neither overlap nor touch. */
  readonly spans: readonly CalendarSpan[];
}

/** The most spans that one source may keep. */
export const MOST_SOURCE_SPANS = 10_000;

const PREFIX = 'spans ';

const KINDS: readonly CalendarSpanKind[] = ['busy', 'focusing', 'outOfOffice', 'workingElsewhere'];

/** The id of the document in which a source's spans are kept. @param source 1 to 100 printable ASCII characters */
export function spansDocument(source: string): string {
  return `${PREFIX}${source}`;
}

/** The sources' documents of a mailbox, id → text. */
export function spansDocuments(documents: MailboxDocuments): [id: string, text: string][] {
  return [...documents].filter(([id]) => id.startsWith(PREFIX));
}

/** @throws TypeError for more spans than fit */
export function writeSpans({ knownUntilMs, spans }: SourceSpans): string {
  if (spans.length > MOST_SOURCE_SPANS) throw new TypeError(`${spans.length} spans are too many`);
  return JSON.stringify({
    // JSON has no infinity.
    knownUntilMs: Number.isFinite(knownUntilMs) ? knownUntilMs : null,
    spans: spans.map(({ kind, startsAtMs, endsAtMs }) => [
      kind,
      startsAtMs,
      Number.isFinite(endsAtMs) ? endsAtMs : null,
    ]),
  });
}

/** @throws TypeError for text that isn't what `writeSpans` makes */
export function readSpans(text: string): SourceSpans {
  const kept = JSON.parse(text) as { readonly knownUntilMs: unknown; readonly spans: unknown };
  if (!Array.isArray(kept.spans)) throw new TypeError('no spans');
  return {
    knownUntilMs: instant(kept.knownUntilMs),
    spans: kept.spans.map((span: unknown): CalendarSpan => {
      if (!Array.isArray(span)) throw new TypeError('no span');
      const kind = KINDS.find((each) => each === span[0]);
      if (kind === undefined) throw new TypeError(`a span of kind ${String(span[0])}`);
      return { kind, startsAtMs: instant(span[1]), endsAtMs: instant(span[2]) };
    }),
  };
}

function instant(kept: unknown): number {
  if (kept === null) return Number.POSITIVE_INFINITY;
  if (typeof kept !== 'number') throw new TypeError(`${String(kept)} is no instant`);
  return kept;
}
