import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { decoded } from '../../src/feeds/charset.ts';
import type { Question } from '../../src/feeds/read.ts';
import { createReader } from '../../src/feeds/reader.ts';
import { readSpans } from '../../src/mailbox/source-spans.ts';
import { temporaryFolder } from '../program.ts';
import { until } from '../until.ts';
import { calendar, endless, meeting, utc } from './ics.ts';

const WORKER = new URL('../../dist/feeds/reader-worker.js', import.meta.url);
const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse('2026-11-21T09:00:00Z');

function question(text: string | Buffer, changes: Partial<Question> = {}): Question {
  return {
    bytes: new Uint8Array(Buffer.from(text as string)),
    contentType: 'text/calendar',
    readAs: { home: 'UTC', addresses: [] },
    fromMs: NOW_MS,
    toMs: NOW_MS + 62 * 24 * HOUR_MS,
    knownHash: null,
    ...changes,
  };
}

const GOOD = meeting(NOW_MS, NOW_MS + HOUR_MS);

/** A thread that does this with each question; it may `answer`, and look at `text`. */
function workerThat(does: string): URL {
  const script = `import { parentPort } from 'node:worker_threads';
    const answer = () => parentPort.postMessage({ kind: 'unchanged' });
    parentPort.on('message', ({ bytes }) => {
      const text = new TextDecoder().decode(bytes);
      ${does}
    });
    parentPort.postMessage({ kind: 'ready' });`;
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`);
}

function open(worker?: URL) {
  const clock = new ManualClock(0);
  const errors: Error[] = [];
  const reader = createReader({
    ...(worker && { worker }),
    clock,
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => reader.close());
  return { reader, clock, errors };
}

test('the thread’s code is built', () => {
  expect(existsSync(WORKER), 'npm run build makes dist, which this test starts').toBe(true);
});

describe.each([
  ['in this thread', undefined],
  ['in a thread of its own', WORKER],
])('a calendar read %s', (_, worker) => {
  test('comes as stretches of its owner’s time', async () => {
    const { reader, errors } = open(worker);
    const lines = ['REFRESH-INTERVAL;VALUE=DURATION:PT1H'];
    const text = calendar(
      [
        { start: utc(NOW_MS), end: utc(NOW_MS + HOUR_MS) },
        { start: utc(NOW_MS + HOUR_MS), end: utc(NOW_MS + 2 * HOUR_MS) },
        { start: 'nonsense', end: 'nonsense' },
      ],
      lines,
    );
    const answer = await reader.read(question(text));
    expect(answer).toMatchObject({ kind: 'read', events: 2, skipped: 1, restMs: HOUR_MS });
    const { spans } = answer as { readonly spans: string };
    expect(readSpans(spans)).toEqual({
      knownUntilMs: NOW_MS + 62 * 24 * HOUR_MS,
      spans: [{ kind: 'busy', startsAtMs: NOW_MS, endsAtMs: NOW_MS + 2 * HOUR_MS }],
    });
    expect(errors).toEqual([]);
  });

  test.each([
    ['that is none', 'BEGIN:VCARD\r\nEND:VCARD\r\n', /calendar/],
    ['that has something each second', endless(), /steps/],
  ])('%s is bad, and says why', async (_, text, why) => {
    const { reader } = open(worker);
    const answer = await reader.read(question(text));
    expect(answer).toEqual({ kind: 'bad', reason: expect.stringMatching(why) });
    expect(await reader.read(question(GOOD))).toMatchObject({ kind: 'read', events: 1 });
  });
});

describe('a calendar', () => {
  test('is not read again while its bytes are those that are known', async () => {
    const { reader } = open();
    const { hash } = (await reader.read(question(GOOD))) as { readonly hash: string };
    expect(await reader.read(question(GOOD, { knownHash: hash }))).toEqual({ kind: 'unchanged' });
    const changed = question(`${GOOD}\r\n`, { knownHash: hash });
    expect(await reader.read(changed)).toMatchObject({ kind: 'read' });
  });

  test('is read in the owner’s zone where it names none', async () => {
    const { reader } = open();
    const text = calendar([{ start: '20261201T090000', end: '20261201T100000' }]);
    const readAs = { home: 'Asia/Tokyo', addresses: [] };
    const answer = await reader.read(question(text, { readAs }));
    const { spans } = answer as { readonly spans: string };
    expect(readSpans(spans).spans[0]?.startsAtMs).toBe(Date.parse('2026-12-01T00:00:00Z'));
  });

  test('with more than fits is kept as far as it fits', async () => {
    const { reader } = open();
    const lines = ['RRULE:FREQ=MINUTELY;INTERVAL=2'];
    const text = meeting(NOW_MS, NOW_MS + 60_000, lines);
    const answer = await reader.read(question(text, { toMs: NOW_MS + 7 * 24 * HOUR_MS }));
    const { knownUntilMs, spans } = answer as { knownUntilMs: number; spans: string };
    expect(knownUntilMs).toBe(NOW_MS + 2000 * 120_000);
    expect(readSpans(spans).spans).toHaveLength(2000);
  });

  test.each([
    ['utf-8', Buffer.from(GOOD.replace('Something', 'Größe'))],
    ['iso-8859-1', Buffer.from(GOOD.replace('Something', 'Größe'), 'latin1')],
    ['utf-16le', Buffer.from(`\ufeff${GOOD}`, 'utf16le')],
    ['klingon', Buffer.from(`\ufeff${GOOD}`)],
  ])('may be in %s', async (charset, bytes) => {
    const { reader } = open();
    const contentType = `text/calendar; charset="${charset}"`;
    const answer = await reader.read(question(bytes, { contentType }));
    expect(answer).toMatchObject({ kind: 'read', events: 1, skipped: 0 });
  });
});

test.each([
  ['text/calendar; charset=utf-8', Buffer.from('Größe')],
  ['text/calendar', Buffer.from('Größe')],
  ['text/calendar;charset="ISO-8859-1"', Buffer.from('Größe', 'latin1')],
  ['text/calendar; charset=utf-8', Buffer.from('\ufeffGröße', 'utf16le')],
  ['text/calendar; charset=latin1', Buffer.from('\ufeffGröße')],
  ['text/calendar; charset=klingon', Buffer.from('Größe')],
])('text as %s is decoded', (contentType, bytes) => {
  expect(decoded(bytes, contentType)).toBe('Größe');
});

describe('a thread', () => {
  const HANGS = workerThat("if (text === 'hang') for (;;); else answer();");

  test('that takes too long is ended, and the next calendar is read by another', async () => {
    const sign = join(temporaryFolder(), 'alive');
    const beats = `import('node:fs').then(({ writeFileSync }) => {
      for (let at = 0; ; at++) writeFileSync(${JSON.stringify(sign)}, String(at));
    })`;
    const { reader, clock, errors } = open(
      workerThat(`if (text === 'hang') ${beats}; else answer();`),
    );
    expect(await reader.read(question('a'))).toEqual({ kind: 'unchanged' });
    const hanging = reader.read(question('hang'));
    const next = reader.read(question('b'));
    await until(() => existsSync(sign));
    clock.advance(30_000);
    expect(await hanging).toEqual({ kind: 'bad', reason: 'it takes longer than 30 s to read' });
    expect(await next).toEqual({ kind: 'unchanged' });
    expect(errors).toHaveLength(1);
    await until(async () => {
      rmSync(sign, { force: true });
      await new Promise((resolve) => setTimeout(resolve, 200));
      return !existsSync(sign);
    });
  });

  test('that takes too much memory ends alone: that calendar is bad, and the next is read', async () => {
    const bomb =
      "if (text === 'bomb') { const all = []; for (let at = 0; ; at++) all.push(Array(100_000).fill(at)); }";
    const { reader, errors } = open(workerThat(`${bomb} answer();`));
    const reading = reader.read(question('bomb'));
    const next = reader.read(question('b'));
    expect(await reading).toEqual({ kind: 'bad', reason: 'it takes too much memory to read' });
    expect(await next).toEqual({ kind: 'unchanged' });
    expect(errors).toHaveLength(1);
  });

  test('that ends or fails makes that calendar bad, and no other', async () => {
    const { reader, errors } = open(
      workerThat(`if (text === 'end') process.exit(1);
        if (text === 'throw') throw new Error('no');
        if (text === 'break') parentPort.postMessage({ kind: 'broken', message: 'no' });
        else answer();`),
    );
    const answers = ['end', 'a', 'throw', 'b', 'break', 'c'].map((text) =>
      reader.read(question(text)),
    );
    const bad = { kind: 'bad', reason: 'it cannot be read' };
    const good = { kind: 'unchanged' };
    expect(await Promise.all(answers)).toEqual([bad, good, bad, good, bad, good]);
    expect(errors).toHaveLength(3);
  });

  test('that is not to be had is no fault of any calendar, and is tried again after a while', async () => {
    const { reader, clock, errors } = open(new URL('file:///nowhere/reader-worker.js'));
    const unread = { kind: 'unread' };
    for (let at = 0; at < 5; at++) expect(await reader.read(question('a'))).toEqual(unread);
    expect(errors).toHaveLength(3);
    clock.advance(60_000);
    expect(await reader.read(question('a'))).toEqual(unread);
    expect(errors).toHaveLength(4);
  });

  test('lets so many wait, and leaves the others unread', async () => {
    const { reader, clock } = open(HANGS);
    const all = Array.from({ length: 40 }, () => reader.read(question('hang')));
    const last = await all.at(-1);
    expect(last).toEqual({ kind: 'unread' });
    await reader.close();
    const kinds = (await Promise.all(all)).map(({ kind }) => kind);
    expect(kinds).toEqual(Array(40).fill('unread'));
    expect(clock.nowMs()).toBe(0);
  });
});
