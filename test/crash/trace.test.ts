import { expect, test } from 'vitest';
import { checkFlushedFirst, parseTrace } from './trace.ts';

const STORE = '/data/store/porchlight.mdb';

const OPEN = `100 1.000001 openat(AT_FDCWD</work>, "${STORE}", O_RDWR|O_CREAT, 0600) = 19<${STORE}>`;
const OPEN_META = `100 1.000002 openat(AT_FDCWD</work>, "${STORE}", O_WRONLY|O_DSYNC|O_CLOEXEC) = 20<${STORE}>`;
const PAGE = `101 1.000003 pwrite64(19<${STORE}>, "\\2\\0\\fmarker-1\\0\\") = 7\\"", 4096, 28672) = 4096`;
const FLUSH = `101 1.000004 fdatasync(19<${STORE}>) = 0`;
const COMMIT = `101 1.000005 pwrite64(20<${STORE}>, "\\0\\0\\2\\0", 128, 4136) = 128`;
const ANSWER = `100 1.000006 write(27<socket:[5]>, "HTTP/1.1 200 OK\\r\\nclient-request-id: marker-1\\r\\n\\r\\n", 289) = 289`;

const GOOD = [OPEN, OPEN_META, PAGE, FLUSH, COMMIT, ANSWER];

function check(...lines: readonly string[]) {
  const calls = parseTrace(lines.join('\n'));
  return () => checkFlushedFirst(calls, { store: STORE, marker: 'marker-1', since: -1 });
}

test('pages, flush, commit, answer is the order that is asked for', () => {
  expect(check(...GOOD)).not.toThrow();
});

test('calls of other threads may lie between the beginning of a call and its end', () => {
  const lines = GOOD.map((line) => (line === FLUSH ? '' : line));
  lines[3] = `101 1.000004 fdatasync(19<${STORE}> <unfinished ...>
100 1.000004 write(17<anon_inode:[eventfd]>, "\\1\\0\\0\\0\\0\\0\\0\\0", 8) = 8
101 1.000005 <... fdatasync resumed>) = 0`;
  expect(check(...lines)).not.toThrow();
});

test('an answer at any earlier place is found', () => {
  expect(check(OPEN, OPEN_META, ANSWER, PAGE, FLUSH, COMMIT)).toThrow(/before it was written/);
  expect(check(OPEN, OPEN_META, PAGE, ANSWER, FLUSH, COMMIT)).toThrow(/before it was flushed/);
  expect(check(OPEN, OPEN_META, PAGE, FLUSH, ANSWER, COMMIT)).toThrow(/before its commit/);
});

test('an answer between the beginning of the flush and its end is found', () => {
  const begins = `101 1.000004 fdatasync(19<${STORE}> <unfinished ...>`;
  const ends = '101 1.000007 <... fdatasync resumed>) = 0';
  expect(check(OPEN, OPEN_META, PAGE, begins, COMMIT, ANSWER, ends)).toThrow(/flushed/);
});

test('a flush that is missing, fails, or is of another file is found', () => {
  const without = GOOD.filter((line) => line !== FLUSH);
  expect(check(...without)).toThrow(/before it was flushed/);
  for (const planted of [
    `101 1.000004 fdatasync(19<${STORE}>) = -1 EIO (Input/output error)`,
    '101 1.000004 fdatasync(19</data/other>) = 0',
  ]) {
    expect(check(OPEN, OPEN_META, PAGE, planted, COMMIT, ANSWER)).toThrow(/flushed/);
  }
});

test('a flush from before the pages were written is no flush of theirs', () => {
  expect(check(OPEN, OPEN_META, FLUSH, PAGE, COMMIT, ANSWER)).toThrow(/before it was flushed/);
});

test('a commit that is neither flushed nor flushes itself is found', () => {
  const plain = OPEN_META.replace('|O_DSYNC', '');
  expect(check(OPEN, plain, PAGE, FLUSH, COMMIT, ANSWER)).toThrow(/commit was flushed/);
  expect(check(OPEN, plain, PAGE, FLUSH, COMMIT, FLUSH, ANSWER)).not.toThrow();
});

test('a request without an answer is found', () => {
  expect(check(OPEN, OPEN_META, PAGE, FLUSH, COMMIT)).toThrow(/not answered/);
  expect(check(...GOOD.map((line) => line.replaceAll('marker-1', 'marker-12')))).toThrow(
    /not answered/,
  );
});
