import { expect, onTestFinished, test } from 'vitest';
import { createOutbound } from '../../src/outbound/open.ts';
import { ok, receive } from './receiver.ts';
import { post, watchSystem } from './trap.ts';

function open(allow: readonly string[], lookup = async () => ['127.0.0.1']) {
  const outbound = createOutbound({ allow, allowHttpToLoopback: false, lookup });
  onTestFinished(() => outbound.close());
  return outbound;
}

test.each([
  ['10.0.0.5:8443', 'https://10.0.0.5:8443/hook'],
  ['10.0.0.5:8443', 'https://0x0A.0.0.5:8443/'],
  ['0x0A000005:8443', 'https://10.0.0.5:8443/'],
  ['hooks.internal:443', 'https://hooks.internal/'],
  ['HOOKS.Internal:443', 'https://hooks.INTERNAL:443/'],
  ['https://hooks.internal:443', 'https://hooks.internal/'],
  ['[::1]:8443', 'https://[0:0:0:0:0:0:0:1]:8443/'],
  ['[0:0::1]:8443', 'https://[::1]:8443/'],
  ['localhost:8443', 'https://localhost:8443/'],
  ['http://hooks.internal:80', 'http://hooks.internal/'],
  ['http://10.0.0.5:8080', 'http://10.0.0.5:8080/'],
])('with %s allowed, %s may be sent to', (entry, url) => {
  expect(open([entry]).refusal(url)).toBeUndefined();
});

test.each([
  ['10.0.0.5:8443', 'https://10.0.0.5/'],
  ['10.0.0.5:8443', 'https://10.0.0.5:443/'],
  ['10.0.0.5:8443', 'https://10.0.0.6:8443/'],
  ['10.0.0.5:8443', 'http://10.0.0.5:8443/'],
  ['10.0.0.5:8443', 'https://[::ffff:10.0.0.5]:8443/'],
  ['10.0.0.5:8443', 'https://user@10.0.0.5:8443/'],
  ['http://10.0.0.5:8443', 'https://10.0.0.5:8443/'],
  ['hooks.internal:443', 'http://hooks.internal:443/'],
  ['hooks.internal:443', 'http://hooks.internal/'],
  ['localhost:8443', 'https://localhost.:8443/'],
  ['localhost:8443', 'https://127.0.0.1:8443/'],
  ['localhost:8443', 'https://a.localhost:8443/'],
  ['[::1]:8443', 'https://127.0.0.1:8443/'],
])('with %s allowed, %s is still refused', (entry, url) => {
  expect(open([entry]).refusal(url)).toEqual(expect.any(String));
});

test.each([
  ['hooks.internal:8443', 'https://hooks.internal/'],
  ['hooks.internal:8443', 'https://hooks.internal:8444/'],
  ['hooks.internal:8443', 'https://hooks.internal.:8443/'],
  ['hooks.internal:8443', 'https://a.hooks.internal:8443/'],
  ['hooks.internal:8443', 'https://internal:8443/'],
])('with %s allowed, the address of %s is still checked', async (entry, url) => {
  const system = watchSystem();
  const result = await open([entry]).send(post(url));
  system.stop();
  expect(result).toMatchObject({ code: 'forbidden' });
  expect(system.connects()).toBe(0);
});

test('an exception for plain http is reached at its private address', async () => {
  const receiver = await receive((socket) => socket.write(ok()));
  const origin = `http://hooks.internal:${receiver.port}`;
  const result = await open([origin]).send(post(`${origin}/`));
  expect(result).toMatchObject({ kind: 'answered', body: 'fine' });
});

test.each([
  '',
  'hooks.internal',
  'https://hooks.internal',
  '*.internal:443',
  'hooks.internal:443/',
  'hooks.internal:443/hook',
  'hooks.internal:99999',
  'user@hooks.internal:443',
  '::1:443',
  ':443',
  'ftp://hooks.internal:21',
  'hooks.internal:443?x',
  'hooks.internal:443#x',
  '10.0.0.0/8:443',
])("'%s' is no exception, and said so at once", (entry) => {
  const make = () => createOutbound({ allow: [entry], allowHttpToLoopback: false });
  expect(make).toThrow(TypeError);
});

test.each([
  'http://localhost:1/',
  'https://LOCALHOST.:1/',
  'http://a.localhost/',
  'http://127.9.9.9/',
  'https://[::1]/',
  'http://0x7f.1/',
])('while developing, %s may be sent to', (url) => {
  const outbound = createOutbound({ allow: [], allowHttpToLoopback: true });
  expect(outbound.refusal(url)).toBeUndefined();
  outbound.close();
});

test('while developing, a name that only leads to loopback stays forbidden', async () => {
  const system = watchSystem();
  const lookup = async () => ['127.0.0.1'];
  const outbound = createOutbound({ allow: [], allowHttpToLoopback: true, lookup });
  expect(await outbound.send(post('https://rebind.example/'))).toMatchObject({ code: 'forbidden' });
  expect(await outbound.send(post('http://rebind.example/'))).toMatchObject({ code: 'forbidden' });
  outbound.close();
  system.stop();
  expect(system.connects()).toBe(0);
});
