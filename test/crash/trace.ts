/** A system call of a traced program; `begun` and `ended` are places in the trace. */
export interface Call {
  readonly name: string;
  /** Everything between its parentheses, as far as it was known when it began. */
  readonly args: string;
  readonly fd: number | undefined;
  /** The file behind `fd`, where it is one. */
  readonly path: string | undefined;
  readonly begun: number;
  /** `Infinity` for one that never returned. */
  ended: number;
  result: number;
}

const WRITES = ['write', 'writev', 'pwrite64', 'pwritev', 'pwritev2', 'sendmsg', 'sendto'];
const FLUSHES = ['fdatasync', 'fsync'];

/** The system calls by which Node and LMDB write and flush. */
export const TRACED = [...WRITES, ...FLUSHES, 'msync', 'openat'];

/** LMDB's first two pages hold, in turn, which pages are valid: writing one is the commit. */
const META_BYTES = 2 * 4096;

/** Reads what `strace -f -y -ttt` writes. */
export function parseTrace(text: string): Call[] {
  const calls: Call[] = [];
  const unfinished = new Map<string, Call>();
  for (const [place, line] of text.split('\n').entries()) {
    const resumed = /^(\d+) +[\d.]+ <\.\.\. (\w+) resumed>(.*)$/.exec(line);
    if (resumed !== null) {
      const [, thread, name, rest = ''] = resumed;
      const call = unfinished.get(`${thread} ${name}`);
      if (call === undefined) continue;
      call.ended = place;
      call.result = resultOf(rest);
      unfinished.delete(`${thread} ${name}`);
      continue;
    }
    const [, thread, name = '', rest = ''] = /^(\d+) +[\d.]+ (\w+)\((.*)$/.exec(line) ?? [];
    if (name === '') continue;
    const args = rest.replace(/ <unfinished \.\.\.>$|\) += -?\d+[^"]*$/, '');
    const [, fd, path] = /^(\d+)(?:<([^>]*)>)?/.exec(args) ?? [];
    const call: Call = {
      name,
      args,
      fd: fd === undefined ? undefined : Number(fd),
      path,
      begun: place,
      ended: Number.POSITIVE_INFINITY,
      result: Number.NaN,
    };
    calls.push(call);
    if (rest.endsWith('<unfinished ...>')) {
      unfinished.set(`${thread} ${name}`, call);
    } else {
      call.ended = place;
      call.result = resultOf(rest);
    }
  }
  return calls;
}

function resultOf(rest: string): number {
  const [, result] = /\) += (-?\d+)[^"]*$/.exec(rest) ?? [];
  return result === undefined ? Number.NaN : Number(result);
}

/**
 * Throws unless, before the answer to the request of this marker was written, the store's file had
 * been given pages with it, these had been flushed, and the commit that makes them count had too.
 *
 * The request carries the marker in what it writes and as its `client-request-id`, which the answer
 * repeats. `since`: the place of the answer before; what was written earlier doesn't count.
 *
 * @returns the place of the answer
 */
export function checkFlushedFirst(
  calls: readonly Call[],
  {
    store,
    marker,
    since,
  }: { readonly store: string; readonly marker: string; readonly since: number },
): number {
  const answer = calls.find(
    ({ name, args, path, begun }) =>
      WRITES.includes(name) &&
      path !== store &&
      begun > since &&
      new RegExp(`client-request-id: ${marker}\\b`, 'i').test(args),
  );
  if (answer === undefined) throw new Error(`${marker} was not answered`);

  const before = calls.filter(({ begun }) => begun > since && begun < answer.begun);
  const ofStore = before.filter(({ path }) => path === store);
  const writes = ofStore.filter(({ name }) => WRITES.includes(name));
  const isDone = ({ ended }: Call) => ended < answer.begun;
  const flushAfter = (written: Call) =>
    ofStore.find(
      (call) =>
        FLUSHES.includes(call.name) &&
        call.begun > written.ended &&
        call.result === 0 &&
        isDone(call),
    );

  const pages = writes.filter(({ args }) => args.includes(marker));
  if (pages.length === 0) throw new Error(`${marker} was answered before it was written`);
  const last = pages.reduce((a, b) => (a.begun > b.begun ? a : b));
  const flush = flushAfter(last);
  if (flush === undefined) throw new Error(`${marker} was answered before it was flushed`);

  const commit = writes.find(
    (call) => isCommit(call) && call.begun > flush.ended && call.result > 0 && isDone(call),
  );
  if (commit === undefined) throw new Error(`${marker} was answered before its commit`);
  if (!flushesItself(calls, commit) && flushAfter(commit) === undefined) {
    throw new Error(`${marker} was answered before its commit was flushed`);
  }
  return answer.begun;
}

function isCommit({ name, args }: Call): boolean {
  const [, offset] = /, (\d+)$/.exec(args) ?? [];
  return name.startsWith('pwrite') && offset !== undefined && Number(offset) < META_BYTES;
}

/** Whether the file was opened so that each write is flushed before it returns. */
function flushesItself(calls: readonly Call[], { fd, path, begun }: Call): boolean {
  const opened = calls.findLast(
    (call) => call.name === 'openat' && call.result === fd && call.begun < begun,
  );
  const args = opened?.args ?? '';
  return args.includes(`"${path}"`) && /O_D?SYNC/.test(args);
}
