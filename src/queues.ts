/** Runs work one after another, in the order of asking. */
export type Queue = <T>(work: () => Promise<T>) => Promise<T>;

export function createQueue(): Queue {
  const inTurn = createQueues();
  return (work) => inTurn('', work);
}

/** Runs work under a name: what has the same name runs one after another, in the order of asking. */
export type Queues = <T>(name: string, work: () => Promise<T>) => Promise<T>;

export function createQueues(): Queues {
  const last = new Map<string, Promise<unknown>>();

  return (name, work) => {
    const before = last.get(name) ?? Promise.resolve();
    const running = before.then(work);
    // Who waits for this one doesn't care how it went.
    const settled = running.then(
      () => {},
      () => {},
    );
    last.set(name, settled);
    void settled.then(() => {
      if (last.get(name) === settled) last.delete(name);
    });
    return running;
  };
}
