/** The store can't keep anything now (full disk, failing device). Nothing was kept; try again later. */
export class StoreUnavailable extends Error {
  readonly code = 'StoreUnavailable';
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreUnavailable';
    this.retryAfterMs = retryAfterMs;
  }
}

/** The store can't be opened as it is: in use, damaged, or written by a newer Porchlight. */
export class StoreUnusable extends Error {
  readonly code: 'StoreInUse' | 'StoreDamaged' | 'StoreNewer';
  /** The file or folder it is about. */
  readonly path: string;

  constructor(code: StoreUnusable['code'], path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}`, options);
    this.name = 'StoreUnusable';
    this.code = code;
    this.path = path;
  }
}
