import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOutbound } from '../../src/outbound/open.ts';
import { SPECIAL_PURPOSE_BLOCKS } from '../../src/outbound/special-purpose.ts';
import { formatAddress, samples } from './addresses.ts';
import { spellingsOf } from './spellings.ts';
import { post, setTrap, type Trap, watchSystem } from './trap.ts';

const BLOCKS = SPECIAL_PURPOSE_BLOCKS.map(([block]) => block);
const IPV4_BLOCKS = BLOCKS.filter((block) => block.includes('.'));
const MADE = BLOCKS.flatMap((block) => samples(block));

let trap: Trap;
let system: ReturnType<typeof watchSystem>;

beforeAll(async () => {
  trap = await setTrap();
  system = watchSystem();
});

afterAll(() => {
  system.stop();
  trap.close();
});

/** Runs `sends` and sees that nothing of them reached the network. */
async function expectSilence(sends: () => Promise<void>): Promise<void> {
  const before = [trap.caught(), system.connects(), system.lookups()];
  await sends();
  expect([trap.caught(), system.connects(), system.lookups()]).toEqual(before);
}

test('the trap catches, and the watch sees, a request that is allowed', async () => {
  const allow = trap.ports.map((port, at) => `http://${at === 1 ? '[::1]' : '127.0.0.1'}:${port}`);
  const outbound = createOutbound({ allow, allowHttpToLoopback: false });
  const before = [trap.caught(), system.connects()];
  for (const origin of allow) {
    expect(await outbound.send(post(`${origin}/`))).toMatchObject({
      kind: 'answered',
      status: 204,
    });
  }
  outbound.close();
  expect([trap.caught(), system.connects()]).toEqual(before.map((count) => count + allow.length));
});

test('every IPv4 address has a dozen spellings and more, which are all read as the address', () => {
  for (const address of IPV4_BLOCKS.flatMap(samples)) {
    const { same } = spellingsOf(address);
    expect(same.length).toBeGreaterThanOrEqual(12);
    for (const host of same) {
      expect(new URL(`https://${host}/`).hostname, host).toBe(formatAddress(address));
    }
  }
});

test('every IPv6 spelling that a URL may have is read as the address', () => {
  for (const address of MADE.filter(({ family }) => family === 6)) {
    const { same } = spellingsOf(address);
    const hosts = same.map((host) => new URL(`https://${host}/`).hostname);
    expect(same.length).toBeGreaterThanOrEqual(4);
    expect(new Set(hosts).size, same.join(' ')).toBe(1);
  }
});

test.each(BLOCKS)('no spelling of an address in %s is connected to', async (block) => {
  const outbound = createOutbound({ allow: [], allowHttpToLoopback: false });
  await expectSilence(async () => {
    for (const address of samples(block)) {
      const { same, others } = spellingsOf(address);
      for (const host of [...same, ...others]) {
        for (const port of trap.ports) {
          const url = `https://${host}:${port}/hook?validationToken=x`;
          expect(outbound.refusal(url), url).toEqual(expect.any(String));
          expect(await outbound.send(post(url)), url).toMatchObject({ code: 'forbidden' });
        }
        const plain = await outbound.send(post(`http://${host}:${trap.ports[0]}/`));
        expect(plain, host).toMatchObject({ code: 'forbidden' });
      }
    }
  });
  outbound.close();
});

test.each(BLOCKS)(
  'no name is connected to that has an address in %s, alone or among others',
  async (block) => {
    for (const address of samples(block).map(formatAddress)) {
      for (const answer of [
        [address],
        ['8.8.8.8', address],
        [address, '2606:4700::1111', '8.8.8.8'],
      ]) {
        const outbound = createOutbound({
          allow: [],
          allowHttpToLoopback: false,
          lookup: async () => answer,
        });
        await expectSilence(async () => {
          const result = await outbound.send(post(`https://receiver.example:${trap.ports[3]}/`));
          expect(result, String(answer)).toMatchObject({ kind: 'failed', code: 'forbidden' });
          expect(JSON.stringify(result)).not.toContain(address);
        });
        outbound.close();
      }
    }
  },
);

test.each(BLOCKS.filter((block) => !['127.0.0.0/8', '::1/128'].includes(block)))(
  'reaching loopback while developing reaches nothing of %s',
  async (block) => {
    const outbound = createOutbound({ allow: [], allowHttpToLoopback: true });
    await expectSilence(async () => {
      for (const address of samples(block)) {
        const { same, others } = spellingsOf(address);
        // ::/96 and ::/3 have the loopback address among their forms; those are meant.
        const hosts = [...same, ...others].filter((host) => canonical(host) !== '[::1]');
        for (const url of hosts.flatMap((host) => [`http://${host}`, `https://${host}`])) {
          const result = await outbound.send(post(`${url}:${trap.ports[3]}/`));
          expect(result, url).toMatchObject({ code: 'forbidden' });
        }
      }
    });
    outbound.close();
  },
);

function canonical(host: string): string | undefined {
  const url = `https://${host}/`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

test.each([
  'localhost',
  'LOCALHOST',
  'localhost.',
  'localhost..',
  'a.localhost',
  'A.B.LocalHost.',
  '%6cocalhost',
  'ｌｏｃａｌｈｏｓｔ',
  'local\u00adhost',
  'a。localhost',
])('the name %s is this machine, and is not looked up', async (host) => {
  const outbound = createOutbound({ allow: [], allowHttpToLoopback: false });
  await expectSilence(async () => {
    for (const port of trap.ports) {
      const result = await outbound.send(post(`https://${host}:${port}/`));
      expect(result).toMatchObject({ code: 'forbidden' });
    }
  });
  outbound.close();
});

test.each([
  ['', 'it is not an absolute URL'],
  ['/hook', 'it is not an absolute URL'],
  ['//receiver.example/', 'it is not an absolute URL'],
  ['https://', 'it is not an absolute URL'],
  ['https://receiver.example:99999/', 'it is not an absolute URL'],
  ['https://[::1', 'it is not an absolute URL'],
  ['http://receiver.example/', 'only https is sent to'],
  ['ftp://receiver.example/', 'only https is sent to'],
  ['file:///etc/passwd', 'only https is sent to'],
  ['unix:/run/docker.sock', 'only https is sent to'],
  ['javascript:alert(1)', 'only https is sent to'],
  ['data:text/plain,x', 'only https is sent to'],
  ['https://user@receiver.example/', 'the URL holds credentials'],
  ['https://user:pass@receiver.example/', 'the URL holds credentials'],
  ['https://:pass@receiver.example/', 'the URL holds credentials'],
  ['https://receiver.example@127.0.0.1/', 'the URL holds credentials'],
])("'%s' is refused: %s", async (url, reason) => {
  const outbound = createOutbound({ allow: [], allowHttpToLoopback: false });
  expect(outbound.refusal(url)).toBe(reason);
  await expectSilence(async () => {
    expect(await outbound.send(post(url))).toMatchObject({ code: 'forbidden', reason });
  });
  outbound.close();
});

test('a URL of a public host may be sent to', () => {
  const outbound = createOutbound({ allow: [], allowHttpToLoopback: false });
  for (const host of [
    'receiver.example',
    '8.8.8.8',
    '[2606:4700::1111]',
    'receiver.example:8443',
  ]) {
    expect(outbound.refusal(`https://${host}/hook?a=b#c`)).toBeUndefined();
  }
  outbound.close();
});
