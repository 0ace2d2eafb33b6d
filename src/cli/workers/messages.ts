import type { Hint, LeaseDesk } from '../../store/lmdb/line.ts';

/** From a worker to the primary process. */
export type FromWorker =
  | { readonly kind: 'alive' }
  /** It takes requests at these addresses. */
  | { readonly kind: 'serving'; readonly origins: readonly string[] }
  /** It can't serve, and ends. */
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'hint'; readonly what: Hint }
  | {
      readonly kind: 'ask';
      readonly question: number;
      readonly verb: keyof LeaseDesk;
      readonly fence: number | undefined;
    };

/** From the primary process to a worker. */
export type ToWorker =
  | { readonly kind: 'stop' }
  | { readonly kind: 'hint'; readonly what: Hint }
  | { readonly kind: 'answer'; readonly question: number; readonly answer: unknown };

/** The variable in which a worker finds on whose behalf it writes to the store. */
export const HOLDER_VARIABLE = 'PORCHLIGHT_HOLDER';

/** How often a worker says that it is alive. */
export const BEAT_MS = 1000;
