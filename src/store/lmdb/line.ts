/** What was committed. */
export type Hint = 'changes' | 'documents';

/**
 * Who has the lease of the file's one partition, and which servers are there. Kept by the process that
 * holds the file for those that share it: it lives as long as they do, knows at once which of them has
 * ended, and needs no disk.
 */
export interface LeaseDesk {
  /** Says that a server is there. Who is, in the order of the names. */
  attend(who: string): readonly string[];
  /** Gives the lease, unless another has it: its fence. */
  take(who: string): number | undefined;
  /** Whether the lease of that fence is still that server's; then it holds anew. */
  renew(who: string, fence: number): boolean;
  release(who: string, fence: number): void;
  leave(who: string): void;
}

/** Between a process that shares the store and the one that holds it. */
export interface Line {
  /** The name of this process; no other one has it, nor had it before. */
  readonly self: string;
  /** Of the holding program; stands in the file as long as the program may write. */
  readonly holder: string;
  /** Tells the other processes. May come late, combined, or not at all. */
  hint(what: Hint): void;
  /** What to do when others tell. One listener at a time. */
  onHint(listener: (what: Hint) => void): void;
  /** Asks the desk in this process's name; `fence` where it is about a lease. */
  ask<Verb extends keyof LeaseDesk>(
    verb: Verb,
    fence?: number,
  ): Promise<ReturnType<LeaseDesk[Verb]>>;
}
