import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dev } from '../../src/cli/dev.ts';
import {
  type DevServer,
  npmStart,
  runPorchlight,
  startPorchlightDev,
  temporaryFolder,
  tokenOf,
} from '../program.ts';
import { getPresence, setBusy } from './graph.ts';
import { terminal } from './terminal.ts';

describe('what dev was told is there again after a restart', () => {
  let server: DevServer;
  let token: string;

  beforeAll(async () => {
    server = await startPorchlightDev();
    token = await tokenOf(server);
    expect(await setBusy(server.http, token)).toMatchObject({ status: 200 });
  });

  afterAll(() => server.stop());

  test.each([
    ['SIGINT', { code: 0, signal: null, stderr: '' }],
    ['SIGTERM', { code: 0, signal: null, stderr: '' }],
    ['SIGKILL', { code: null, signal: 'SIGKILL' }],
  ] as const)('presence, tokens and the certificate authority, after %s', async (signal, end) => {
    server.signal(signal);
    expect(await server.exited).toMatchObject(end);

    const { caPath, dataDir } = server;
    server = await startPorchlightDev({ dataDir });
    expect(server.caPath).toBe(caPath);
    expect(await getPresence(server.http, token)).toMatchObject({
      status: 200,
      body: { availability: 'Busy', activity: 'InACall' },
    });
  });
});

test('npm start hands its flags to dev, and says where it listens and how to trust it', async () => {
  const server = await npmStart({ flags: ['--profile', 'extended'] });
  expect(server.http).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(server.https).toMatch(/^https:\/\/localhost:\d+$/);
  expect(server.caPath).toBe(`${server.dataDir}/dev/ca.pem`);
  const { stdout } = await server.stop();
  expect(stdout).toContain('Porchlight dev, profile extended\n');
  expect(stdout).toContain(`  Data    ${server.dataDir}\n`);
  expect(stdout).toContain('contoso.example, 6 example users\n');
  expect(stdout).toContain(`\nA token: npm run -s porchlight -- token --url ${server.http}\n`);
});

test('a second dev on the same data folder is refused, and told which folder and who has it', async () => {
  const first = await startPorchlightDev();
  const { code, stdout, stderr } = await runPorchlight(
    ...['dev', '--port', '0', '--https-port', '0', '--data', first.dataDir],
  );
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^porchlight: .*\n$/);
  expect(stderr).toContain(first.dataDir);
  expect(stderr).toContain(`process ${first.pid}`);
  await first.stop();
});

describe('a port that another program has', () => {
  const holder = createServer();
  let port: string;

  beforeAll(async () => {
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    port = String((holder.address() as AddressInfo).port);
  });

  afterAll(() => holder.close());

  const inUse = () =>
    `port ${port} on 127.0.0.1 is in use; choose another with --port or --https-port`;

  test('ends dev with 1 and one line that names the port', async () => {
    expect(
      await runPorchlight('dev', '--data', temporaryFolder(), '--port', port, '--https-port', '0'),
    ).toMatchObject({ code: 1, stdout: '', stderr: `porchlight: ${inUse()}\n` });
  });

  test('is named too when it is the one for HTTPS', async () => {
    const flags = ['--data', temporaryFolder(), '--port', '0', '--https-port', port];
    await expect(dev(flags, terminal)).rejects.toThrow(inUse());
  });
});
