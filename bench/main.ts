import { parseArgs } from 'node:util';
import { advances } from './advance.ts';
import { bulkReads } from './bulk-read.ts';
import { calendarStorm, redisCalendarStorm } from './calendar-storm.ts';
import { deadEndpoint } from './dead-endpoint.ts';
import { getPresence } from './get-presence.ts';
import { keepAlive } from './keep-alive.ts';
import { keepAliveBatch } from './keep-alive-batch.ts';
import { keepAliveStorm } from './keep-alive-storm.ts';
import { machine } from './machine.ts';
import { memory } from './memory.ts';
import { withMillionUsers } from './million.ts';
import type { Question, Row, Settings } from './question.ts';
import { redisCommit } from './redis-commit.ts';
import { redisHints } from './redis-hints.ts';
import { redisKeepAlive } from './redis-keep-alive.ts';
import { redisMemory } from './redis-memory.ts';
import { redisNodes } from './redis-nodes.ts';
import { redisRead } from './redis-read.ts';
import { start } from './start.ts';
import { streamFanOut } from './stream-fan-out.ts';
import { testKit } from './test-kit.ts';
import { webhookBurst } from './webhook-burst.ts';
import { webhookEncrypted } from './webhook-encrypted.ts';
import { webhookLatency } from './webhook-latency.ts';

const QUESTIONS: readonly Question[] = [
  keepAlive,
  keepAliveBatch,
  getPresence,
  bulkReads,
  advances,
  start,
  memory,
  webhookLatency,
  webhookBurst,
  webhookEncrypted,
  deadEndpoint,
  keepAliveStorm,
  streamFanOut,
  calendarStorm,
  testKit,
  redisKeepAlive,
  redisCommit,
  redisNodes,
  redisRead,
  redisMemory,
  redisHints,
  redisCalendarStorm,
];

const USAGE = `npm run bench -- [NAME …] [--quick] [--connections 100] [--rounds 5] [--seconds 4] [--cpu-prof DIR]

  NAME  ${QUESTIONS.map(({ name }) => name).join(', ')}; all of them without one`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    connections: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    'cpu-prof': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const quick = values.quick;
const options: Omit<Settings, 'millionUsers'> = {
  quick,
  connections: Number(values.connections ?? (quick ? 10 : 100)),
  rounds: Number(values.rounds ?? (quick ? 1 : 5)),
  durationMs: Number(values.seconds ?? (quick ? 1 : 4)) * 1000,
  cpuProfiles: values['cpu-prof'],
  note: (line) => process.stderr.write(`${line}\n`),
};

const unknown = positionals.find((name) => !QUESTIONS.some((each) => each.name === name));
if (values.help || unknown !== undefined) {
  process.stderr.write(`${unknown === undefined ? '' : `There is no '${unknown}'.\n`}${USAGE}\n`);
  process.exitCode = values.help ? 0 : 2;
} else {
  const asked = QUESTIONS.filter(
    ({ name }) => positionals.length === 0 || positionals.includes(name),
  );
  print(machine());
  print(
    `${options.rounds} rounds of ${options.durationMs / 1000} s, ${options.connections} connections, one request at a time on each${quick ? '; quick, so these figures mean nothing' : ''}.\n`,
  );
  print('| Question | | Result | Aim | | Figures |');
  print('|---|---|---|---|---|---|');
  await withMillionUsers(options, async (millionUsers) => {
    for (const question of asked) {
      for (const row of await question.run({ ...options, millionUsers }))
        print(line(question, row));
    }
  });
}

function line({ title }: Question, { what, result, aim, met, figures }: Row): string {
  const verdict = met === undefined ? '–' : met ? 'yes' : 'no';
  return `| ${title} | ${what} | ${result} | ${aim} | ${verdict} | ${figures} |`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
