import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createEncryptor,
  EncryptorClosed,
  type EncryptorOptions,
} from '../../src/notifications/encryption.ts';
import { run } from '../program.ts';
import { CERTIFICATE_ID, decrypt, newRecipient, parse } from './encrypted.ts';

const DIST = new URL('../../dist/notifications/', import.meta.url);
const WORKER = new URL('encryption-worker.js', DIST);

const { recipient, privateKey } = newRecipient();
const numbered = (count: number) =>
  Array.from({ length: count }, (_, at) => JSON.stringify({ at }));

const read = (contents: readonly string[]) =>
  contents.map((json) =>
    JSON.stringify(decrypt(parse(json), { certificateId: CERTIFICATE_ID, privateKey })),
  );

/** A worker that runs this for every question. */
function workerThat(does: string): URL {
  const script = `import { parentPort } from 'node:worker_threads';
    let asked = 0;
    const answer = ({ id, parts }, text = 'by a worker') =>
      parentPort.postMessage({ id, results: parts.map((part) => part.plaintexts.map(() => text)) });
    parentPort.on('message', (question) => { asked++; ${does} });`;
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`);
}

function open(options: EncryptorOptions = {}) {
  const errors: Error[] = [];
  const encryptor = createEncryptor({ ...options, onError: (error) => errors.push(error) });
  onTestFinished(() => encryptor.close());
  return { encryptor, errors };
}

describe('an encryptor without workers', () => {
  it.each([0, 1, 8, 9, 100])('encrypts %i plaintexts in their order', async (count) => {
    const { encryptor } = open();
    expect(read(await encryptor.encrypt(recipient, numbered(count)))).toEqual(numbered(count));
  });

  it.each([
    ['one call', 1, 80],
    ['many calls', 80, 1],
  ])('lets other work through after every eighth of %s', async (_, calls, count) => {
    const { encryptor } = open();
    let turns = 0;
    let isDone = false;
    const turn = () => {
      turns++;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    const asked = Array.from({ length: calls }, () =>
      encryptor.encrypt(recipient, numbered(count)),
    );
    expect((await Promise.all(asked)).map(read)).toEqual(asked.map(() => numbered(count)));
    isDone = true;
    expect(turns).toBeGreaterThanOrEqual(9);
  });

  it('takes its keys from the randomness it is given', async () => {
    const { encryptor } = open({ randomBytes: (size) => Buffer.alloc(size, 7) });
    const [first, second] = await encryptor.encrypt(recipient, ['{}', '{}']);
    expect(parse(first ?? '').data).toBe(parse(second ?? '').data);
  });

  it('rejects a key that is none', async () => {
    const { encryptor } = open();
    await expect(
      encryptor.encrypt({ ...recipient, publicKey: 'none' }, numbered(20)),
    ).rejects.toThrow();
  });
});

describe('an encryptor with workers', () => {
  it('has been built', () => {
    expect(existsSync(WORKER), 'npm run build makes dist, which this test starts').toBe(true);
  });

  it.each([1, 2])('encrypts many plaintexts in their order with %i', async (workers) => {
    const { encryptor, errors } = open({ worker: WORKER, workers });
    const counts = [1, 5, 63, 64, 65, 1000];
    const answers = await Promise.all(
      counts.map((count) => encryptor.encrypt(recipient, numbered(count))),
    );
    expect(answers.map(read)).toEqual(counts.map(numbered));
    expect(errors).toEqual([]);
    const keys = answers.flat().map((json) => parse(json).dataSignature);
    expect(new Set(keys).size).toBe(1198);
  });

  it('leaves a few to this thread, and more to a worker', async () => {
    const { encryptor } = open({ worker: workerThat('answer(question)') });
    expect(read(await encryptor.encrypt(recipient, numbered(4)))).toEqual(numbered(4));
    expect(await encryptor.encrypt(recipient, numbered(5))).toEqual(
      Array.from({ length: 5 }, () => 'by a worker'),
    );
  });

  it('takes its keys from the randomness it is given there too', async () => {
    const randomBytes = (size: number) => Buffer.alloc(size, 7);
    const { encryptor, errors } = open({ worker: WORKER, randomBytes });
    const contents = await encryptor.encrypt(recipient, numbered(10).fill('{}'));
    expect(new Set(contents.map((json) => parse(json).data)).size).toBe(1);
    expect(errors).toEqual([]);
  });

  it('says so when there is no randomness, in this thread and for a worker', async () => {
    const randomBytes = () => {
      throw new Error('no randomness');
    };
    const { encryptor } = open({ worker: WORKER, randomBytes });
    for (const count of [1, 20]) {
      await expect(encryptor.encrypt(recipient, numbered(count))).rejects.toThrow('no randomness');
    }
  });

  it('sends what is asked within one turn in one message', async () => {
    const { encryptor } = open({ worker: workerThat('answer(question, String(asked))') });
    const ask = (calls: number) =>
      Promise.all(Array.from({ length: calls }, () => encryptor.encrypt(recipient, ['{}'])));
    expect(new Set((await ask(60)).flat())).toEqual(new Set(['1']));
    expect(new Set((await ask(60)).flat())).toEqual(new Set(['2']));
  });

  it('rejects a key that is none, and nothing else', async () => {
    const { encryptor, errors } = open({ worker: WORKER });
    const spoiled = { ...recipient, publicKey: 'none' };
    const answers = await Promise.allSettled([
      encryptor.encrypt(recipient, numbered(20)),
      encryptor.encrypt(spoiled, numbered(20)),
      encryptor.encrypt(recipient, numbered(10)),
    ]);
    expect(answers.map((answer) => answer.status === 'fulfilled' && read(answer.value))).toEqual([
      numbered(20),
      false,
      numbered(10),
    ]);
    expect(read(await encryptor.encrypt(recipient, numbered(20)))).toEqual(numbered(20));
    expect(errors).toEqual([]);
  });

  it('does by itself what a worker that ends leaves behind, and starts it again', async () => {
    const worker = workerThat('if (asked === 2) process.exit(1); else answer(question);');
    const { encryptor, errors } = open({ worker, workers: 1 });
    const byWorker = numbered(20).fill('by a worker');
    for (let round = 0; round < 4; round++) {
      expect(await encryptor.encrypt(recipient, numbered(20))).toEqual(byWorker);
      expect(read(await encryptor.encrypt(recipient, numbered(20)))).toEqual(numbered(20));
      expect(errors).toHaveLength(round + 1);
    }
  });

  it.each([
    ["isn't there", new URL('nowhere.js', DIST)],
    ['throws', workerThat('throw new Error("no")')],
    ['is no file', new URL('https://porchlight.example/worker.js')],
  ])('does without a worker that %s, and stops trying', async (_, worker) => {
    const { encryptor, errors } = open({ worker, workers: 1 });
    for (let round = 0; round < 6; round++) {
      expect(read(await encryptor.encrypt(recipient, numbered(20)))).toEqual(numbered(20));
    }
    expect(errors.map(({ name }) => name)).toEqual(['WorkerLost', 'WorkerLost', 'WorkerLost']);
    expect(errors[0]?.cause).toBeInstanceOf(Error);
  });

  it('does by itself what its workers have no room for', async () => {
    const { encryptor } = open({ worker: workerThat(''), workers: 1 });
    // 64 messages of 64 plaintexts.
    const stuck = expect(encryptor.encrypt(recipient, numbered(4096))).rejects.toThrow(
      EncryptorClosed,
    );
    await new Promise(setImmediate);
    expect(read(await encryptor.encrypt(recipient, numbered(200)))).toEqual(numbered(200));
    await encryptor.close();
    await stuck;
  });
});

describe('a closed encryptor', () => {
  it.each([
    ['with workers', { worker: WORKER }],
    ['without', {}],
  ])('%s encrypts no more, not even what was underway', async (_, options) => {
    const { encryptor } = open(options);
    const underway = expect(encryptor.encrypt(recipient, numbered(1000))).rejects.toThrow(
      EncryptorClosed,
    );
    await encryptor.close();
    await underway;
    await expect(encryptor.encrypt(recipient, ['{}'])).rejects.toThrow(EncryptorClosed);
    await encryptor.close();
  });
});

describe('a process', () => {
  const script = (then: string) => `
    import { createEncryptor } from ${JSON.stringify(new URL('encryption.js', DIST).href)};
    const encryptor = createEncryptor({ worker: new URL(${JSON.stringify(WORKER.href)}) });
    const recipient = ${JSON.stringify(recipient)};
    const asked = encryptor.encrypt(recipient, Array(100).fill('{}'));
    ${then}`;

  it.each([
    ['is not kept alive by an idle worker', 'console.log((await asked).length);'],
    ['does not end while a worker is at it', 'asked.then((each) => console.log(each.length));'],
  ])('%s', async (_, then) => {
    const args = ['--input-type=module', '--eval', script(then)];
    const exit = await run(process.execPath, args, { cwd: fileURLToPath(DIST) });
    expect(exit).toMatchObject({ code: 0, stdout: '100\n', stderr: '' });
  });
});
