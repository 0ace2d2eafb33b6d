import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clock } from '../../src/cli/clock.ts';
import { type Command, UsageError } from '../../src/cli/command.ts';
import { dev } from '../../src/cli/dev.ts';
import { faults } from '../../src/cli/faults.ts';
import { listen } from '../../src/cli/listen.ts';
import { report } from '../../src/cli/report.ts';
import { serve } from '../../src/cli/serve.ts';
import { subscriptions } from '../../src/cli/subscriptions.ts';
import { token } from '../../src/cli/token.ts';
import { why } from '../../src/cli/why.ts';
import { ROOT, runPorchlight } from '../program.ts';
import { terminal } from './terminal.ts';

test.each([[['--help']], [[]]])('porchlight %j names its commands', async (args) => {
  const { code, stdout, stderr } = await runPorchlight(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const command of [
    'dev',
    'serve',
    'token',
    'listen',
    'clock',
    'subscriptions',
    'why',
    'history',
    'report',
    'faults',
    'store',
    'scim',
  ]) {
    expect(stdout).toContain(`\n  porchlight ${command} `);
  }
});

test.each([
  [
    'dev',
    ['--port', '--https-port', '--data', '--profile', '--strict', '--throttle', '--calendars'],
  ],
  ['serve', ['--config', '--workers']],
  ['store', ['copy', '--from', '--to']],
  ['scim', ['token', 'directory.scim']],
  ['token', ['--url', '--app', '--user', '--scopes', '--roles', '--tenant', '--ttl']],
  ['listen', ['--users', '--rich', '--port', '--url', '--app', '--user', '--body', '--json']],
  ['faults', ['add FAULT', 'remove ID', 'clear', '--url', '--json', '--times', '--seed']],
  ['subscriptions', ['--url', '--token', '--tenant', '--json', 'remove ID']],
  ['why', ['USER', '--url', '--token', '--tenant', '--json']],
  ['report', ['--url', '--token', '--data', '--json']],
  ['history', ['USER', '--from', '--to', '--at', '--url', '--token', '--tenant', '--json']],
])('porchlight %s --help tells its flags and starts nothing', async (command, flags) => {
  const { code, stdout, stderr } = await runPorchlight(command, '--help');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^porchlight ${command} `));
  for (const flag of flags) expect(stdout).toContain(flag);
});

test('porchlight --version prints the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  expect(await runPorchlight('--version')).toMatchObject({
    code: 0,
    stdout: `${version}\n`,
    stderr: '',
  });
});

describe('a command line that can not be understood', () => {
  test.each([
    [['frobnicate'], "there is no command 'frobnicate'"],
    [['constructor'], "there is no command 'constructor'"],
    [['token', '--colour', 'blue'], "Unknown option '--colour'"],
  ])('ends the program with 2 and no stack: porchlight %j', async (args, message) => {
    const { code, stdout, stderr } = await runPorchlight(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`porchlight: ${message}`);
    expect(stderr).toMatch(/\nporchlight --help tells more\.\n$/);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  test.each<[string, string[], Command, string]>([
    ['dev', ['--colour', 'blue'], dev, "Unknown option '--colour'"],
    ['dev', ['loudly'], dev, "Unexpected argument 'loudly'"],
    ['dev', ['--port', 'http'], dev, "--port must be a port from 0 to 65535, not 'http'"],
    [
      'dev',
      ['--https-port', '65536'],
      dev,
      "--https-port must be a port from 0 to 65535, not '65536'",
    ],
    ['dev', ['--profile', 'teams'], dev, "--profile must be graph or extended, not 'teams'"],
    ['dev', ['--throttle', 'none'], dev, "--throttle must be a number of requests, not 'none'"],
    ['serve', [], serve, 'serve needs --config FILE'],
    ['serve', ['porchlight.json'], serve, "Unexpected argument 'porchlight.json'"],
    ['listen', ['--users', ' , '], listen, '--users needs object ids or user principal names'],
    ['listen', ['--users', 'x', '--body', 'y'], listen, '--body goes without --users'],
    ['listen', ['--rich', 'yes'], listen, "Unexpected argument 'yes'"],
    ['listen', ['--port', '65536'], listen, '--port must be a port from 0 to 65535'],
    ['faults', ['destroy'], faults, "faults can't 'destroy'; it can add, remove and clear"],
    ['faults', ['add'], faults, 'add needs a FAULT'],
    ['faults', ['remove'], faults, 'remove needs one ID'],
    ['faults', ['clear', '1'], faults, 'clear takes no ID'],
    ['faults', ['remove', '1', '2'], faults, "'2' is one word too many"],
    ['faults', ['--times', '2'], faults, 'only add takes flags of a fault'],
    ['faults', ['add', 'drop', '--times', 'two'], faults, "--times must be a number, not 'two'"],
    ['subscriptions', ['destroy'], subscriptions, "subscriptions can't 'destroy'; it can remove"],
    ['subscriptions', ['remove'], subscriptions, 'remove needs one ID'],
    ['subscriptions', ['remove', 'a', 'b'], subscriptions, 'remove needs one ID'],
    ['clock', ['melt'], clock, "clock can't 'melt'; it can freeze, resume, advance, set and reset"],
    ['clock', ['advance'], clock, 'clock advance needs a DURATION: PT5M'],
    ['clock', ['set'], clock, 'clock set needs an INSTANT: 2026-11-21T09:00:00Z'],
    ['clock', ['freeze', 'now'], clock, 'clock freeze takes no argument'],
    ['why', [], why, 'why needs one USER'],
    ['why', ['a', 'b'], why, 'why needs one USER'],
    ['why', ['a', '--url', 'localhost'], why, '--url must begin with http:// or https://'],
    ['report', ['clear'], report, "Unexpected argument 'clear'"],
    ['report', ['--data', 'x', '--url', 'y'], report, '--data goes without --url and --token'],
    ['report', ['--url', 'localhost'], report, '--url must begin with http:// or https://'],
    ['token', ['--ttl'], token, "Option '--ttl <value>' argument missing"],
    ['token', ['--url', 'localhost:4280'], token, '--url must begin with http:// or https://'],
    ['token', ['--user', 'x', '--roles', 'y'], token, '--roles goes without --user'],
    ['token', ['--scopes', 'Presence.Read'], token, '--scopes goes with --user'],
  ])('is refused before anything starts: %s %j', async (_, args, command, message) => {
    const error = await command(args, terminal).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain(message);
  });
});
