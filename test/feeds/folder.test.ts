import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Answer, Question } from '../../src/feeds/read.ts';
import { createReader, type Reader } from '../../src/feeds/reader.ts';
import { createMemory } from '../../src/store/memory.ts';
import { temporaryFolder } from '../program.ts';
import { until } from '../until.ts';
import {
  COLLEAGUE,
  HOUR_MS,
  OTHER_TENANT,
  type Porchlight,
  START,
  TENANT,
  USER,
  USER_NAME,
} from '../wire/porchlight.ts';
import { present, startFeeding } from './feeding.ts';
import { calendar, endless, meeting } from './ics.ts';

const LOOK_MS = 10_000;
const NOW = meeting(START, START + 5 * HOUR_MS);
const ONE_TENANT = [{ id: TENANT, domain: 'contoso.example' }];
const TWO_TENANTS = [...ONE_TENANT, { id: OTHER_TENANT }];

let path: string;

beforeEach(() => {
  path = temporaryFolder();
});

/** Reads in this thread, and counts. */
function countingReader() {
  const inner = createReader();
  const read: Question[] = [];
  const reader: Reader = {
    ...inner,
    read(question): Promise<Answer | { readonly kind: 'unread' }> {
      read.push(question);
      return inner.read(question);
    },
  };
  return { reader, read };
}

interface Options {
  readonly tenants?: typeof TWO_TENANTS | typeof ONE_TENANT;
  readonly memory?: ReturnType<typeof createMemory>;
  readonly at?: string | undefined;
}

async function start({ tenants = ONE_TENANT, memory = createMemory(), at = path }: Options = {}) {
  const { reader, read } = countingReader();
  const porchlight = await startFeeding({
    sources: { reader, ...(at !== '' && { folder: { path: at, tenants } }) },
    parts: { store: memory.open() },
  });
  return { porchlight, read };
}

/** Until all that lies in the folder now has been looked at. */
async function looked(porchlight: Porchlight): Promise<void> {
  // One look may have begun before the files were as they are.
  for (let looks = 0; looks < 2; looks++) {
    porchlight.clock.advance(LOOK_MS);
    await porchlight.server.feeds.lookAtFolder();
  }
}

/** As an editor writes a file: later than whatever was there. */
function write(name: string, text: string | Buffer): void {
  const file = join(path, name);
  writeFileSync(file, text);
  written += 1000;
  utimesSync(file, new Date(), new Date(Date.now() + written));
}

let written = 0;

function refused(porchlight: Porchlight): string[] {
  return porchlight.logged
    .map((line) => JSON.parse(line) as { msg: string; file?: string; reason?: string })
    .filter(({ msg }) => msg === 'a calendar file is not used')
    .map(({ file, reason }) => `${file}: ${reason}`);
}

describe('a folder of calendars', () => {
  test('counts for whose name or id its files are called by', async () => {
    write(`${USER_NAME.toUpperCase()}.ics`, NOW);
    write(`${COLLEAGUE}.ICS`, NOW);
    const { porchlight } = await start();
    await looked(porchlight);
    for (const user of [USER, COLLEAGUE]) {
      await present(porchlight, user);
      expect(await porchlight.shown(user)).toBe('Busy/InAMeeting');
    }
    expect(porchlight.logged).toEqual([]);
  });

  test('is looked at every ten seconds: what is new, changed or gone', async () => {
    const { porchlight, read } = await start();
    await looked(porchlight);
    await present(porchlight);
    write(`${USER}.ics`, calendar([]));
    await looked(porchlight);
    expect(await porchlight.shown()).toBe('Available/Available');
    write(`${USER}.ics`, NOW);
    await looked(porchlight);
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
    expect(read).toHaveLength(2);
    await looked(porchlight);
    expect(read).toHaveLength(2);
    rmSync(join(path, `${USER}.ics`));
    await looked(porchlight);
    expect(await porchlight.shown()).toBe('Available/Available');
  });

  test('by itself, without anybody asking', async () => {
    const { porchlight } = await start();
    await looked(porchlight);
    await present(porchlight);
    write(`${USER}.ics`, NOW);
    porchlight.clock.advance(LOOK_MS);
    await until(async () => (await porchlight.shown()) === 'Busy/InAMeeting');
  });

  test.each([
    ['no calendar', 'BEGIN:VCARD', /calendar/],
    ['one that never ends', endless(), /steps/],
    ['too large', Buffer.alloc(5 * 1024 * 1024 + 1), /larger than 5242880 bytes/],
  ])('keeps what a file said when it becomes %s, and says so once', async (_, bad, why) => {
    write(`${USER}.ics`, NOW);
    const { porchlight } = await start();
    await looked(porchlight);
    await present(porchlight);
    write(`${USER}.ics`, bad);
    await looked(porchlight);
    await looked(porchlight);
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
    expect(refused(porchlight)).toEqual([expect.stringMatching(why)]);
    write(`${USER}.ics`, calendar([]));
    await looked(porchlight);
    expect(await porchlight.shown()).toBe('Available/Available');
  });

  test('leaves out what is no plain file or nobody’s, and says so once', async () => {
    const elsewhere = temporaryFolder();
    writeFileSync(join(elsewhere, 'secret.ics'), NOW);
    symlinkSync(join(elsewhere, 'secret.ics'), join(path, `${USER}.ics`));
    mkdirSync(join(path, `${COLLEAGUE}.ics`));
    write('nobody@contoso.example.ics', NOW);
    write('README.md', 'what lies here');
    write(`.${USER}.ics`, NOW);
    const { porchlight, read } = await start();
    await looked(porchlight);
    await looked(porchlight);
    expect(refused(porchlight).sort()).toEqual([
      `${USER}.ics: it is no plain file`,
      'nobody@contoso.example.ics: no user of the tenant is called so',
    ]);
    expect(read).toEqual([]);
  });

  test('takes one of two files that are the same user’s', async () => {
    write(`${USER}.ics`, NOW);
    write(`${USER_NAME}.ics`, calendar([]));
    const { porchlight } = await start();
    await looked(porchlight);
    await present(porchlight);
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
    expect(refused(porchlight)).toEqual([
      expect.stringMatching(new RegExp(`^${USER_NAME}\\.ics: .*same user`)),
    ]);
  });

  test('has a folder for each of several tenants, by id or domain', async () => {
    mkdirSync(join(path, 'Contoso.example'));
    mkdirSync(join(path, OTHER_TENANT));
    mkdirSync(join(path, 'lost'));
    write(`Contoso.example/${USER}.ics`, NOW);
    write(`${OTHER_TENANT}/${USER}.ics`, calendar([]));
    write(`lost/${USER}.ics`, NOW);
    write(`${USER}.ics`, NOW);
    const { porchlight } = await start({ tenants: TWO_TENANTS });
    await looked(porchlight);
    await present(porchlight);
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
    expect(await porchlight.shown(USER, OTHER_TENANT)).not.toBe('Busy/InAMeeting');
    expect(refused(porchlight)).toEqual([`${USER}.ics: it lies in no tenant’s folder`]);
  });

  test('that can’t be read takes nothing away', async () => {
    write(`${USER}.ics`, NOW);
    const { porchlight } = await start();
    await looked(porchlight);
    await present(porchlight);
    renameSync(path, `${path}-away`);
    await looked(porchlight);
    await looked(porchlight);
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
    expect(refused(porchlight)).toEqual(['.: the folder cannot be read (ENOENT)']);
    renameSync(`${path}-away`, path);
    rmSync(join(path, `${USER}.ics`));
    await looked(porchlight);
    expect(await porchlight.shown()).toBe('Available/Available');
  });

  test('is known after a restart: nothing is read again, and what went meanwhile is gone', async () => {
    const memory = createMemory();
    write(`${USER}.ics`, NOW);
    write(`${COLLEAGUE}.ics`, NOW);
    const first = await start({ memory });
    await looked(first.porchlight);
    expect(first.read).toHaveLength(2);
    await first.porchlight.close();

    rmSync(join(path, `${COLLEAGUE}.ics`));
    const { porchlight, read } = await start({ memory });
    await looked(porchlight);
    await present(porchlight);
    await present(porchlight, COLLEAGUE);
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
    expect(await porchlight.shown(COLLEAGUE)).toBe('Available/Available');
    expect(read).toEqual([]);
  });

  test('is forgotten where none is configured any more', async () => {
    const memory = createMemory();
    write(`${USER}.ics`, NOW);
    const first = await start({ memory });
    await looked(first.porchlight);
    await first.porchlight.close();
    const { porchlight } = await start({ memory, at: '' });
    await present(porchlight);
    await until(async () => (await porchlight.shown()) === 'Available/Available');
  });

  test('and an address may both say when somebody is busy', async () => {
    write(`${USER}.ics`, NOW);
    const { porchlight } = await start();
    await looked(porchlight);
    await porchlight.server.feeds.remove({ tenantId: TENANT, userId: USER });
    await present(porchlight);
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
  });
});
