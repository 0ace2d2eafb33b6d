/**
 * The store can't do it now (full disk, failing device, a server of its own that is away); try again later.
 * Nothing was kept, unless `mayBeKept`.
 */
export class StoreUnavailable extends Error {
  readonly code = 'StoreUnavailable';
  readonly retryAfterMs: number;
  /** The store was told, and never said whether it was kept. */
  readonly mayBeKept: boolean;

  constructor(
    message: string,
    retryAfterMs: number,
    options: ErrorOptions & { readonly mayBeKept?: boolean } = {},
  ) {
    super(message, options);
    this.name = 'StoreUnavailable';
    this.retryAfterMs = retryAfterMs;
    this.mayBeKept = options.mayBeKept ?? false;
  }
}

/**
 * The store can't be opened as it is: in use, damaged, written by a newer Porchlight, or on a server that
 * isn't there, doesn't let us in, or isn't fit to keep it.
 */
export class StoreUnusable extends Error {
  readonly code: 'StoreInUse' | 'StoreDamaged' | 'StoreNewer' | 'StoreUnreachable';
  /** The file, folder or address it is about; an address is without credentials. */
  readonly path: string;

  constructor(code: StoreUnusable['code'], path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}`, options);
    this.name = 'StoreUnusable';
    this.code = code;
    this.path = path;
  }
}

/** An edit of documents that isn't made: another server, or another call, was there first. */
export class DocumentsChanged extends Error {
  readonly code = 'DocumentsChanged';

  constructor(collection: string, id: string) {
    super(`document ${id} of ${collection} has changed meanwhile`);
    this.name = 'DocumentsChanged';
  }
}

/** A write under a lease that another server has by now. Nothing was kept. */
export class LeaseLost extends Error {
  readonly code = 'LeaseLost';
  readonly partition: number;

  constructor(partition: number) {
    super(`the lease of partition ${partition} is another server's`);
    this.name = 'LeaseLost';
    this.partition = partition;
  }
}
