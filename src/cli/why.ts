import { managerToken } from './ask-token.ts';
import { callApi } from './call-api.ts';
import { type Command, CommandFailed, UsageError } from './command.ts';
import type { Explanation } from './explanation-answer.ts';
import { explanationLines } from './explanation-lines.ts';
import { readWords, urlFlag } from './flags.ts';
import { jsonLine, printable } from './printable.ts';

/** A line that tells a fact, with a status message or a name in it. */
const LONGEST_LINE = 300;

export const WHY_USAGE = `porchlight why USER [--url URL] [--token TOKEN] [--tenant ID] [--json]

Tells why a user's presence is what it is: what shows and since when, what decides, why the rest doesn't,
and what comes next. USER is an object id or a user principal name.

  --url     the server (http://127.0.0.1:4280)
  --token   an application token with the permission Porchlight.Manage.All, for a server started with
            \`porchlight serve\`; without it the dev server is asked for one
  --tenant  tenant id or domain, for the dev server (the first tenant)
  --json    prints the server's answer as a line of JSON`;

/** `porchlight why`. */
export const why: Command = async (args, { print }) => {
  const { words, flags } = readWords(args, {
    url: 'http://127.0.0.1:4280',
    token: undefined,
    tenant: 'common',
    json: false,
  });
  const url = urlFlag(flags.url);
  const [user, ...more] = words;
  if (user === undefined || user === '' || more.length > 0) {
    throw new UsageError('why needs one USER: an object id or a user principal name');
  }
  const token = await managerToken(url, flags.token, flags.tenant);
  const path = `/porchlight/users/${encodeURIComponent(user)}/presence/explanation`;
  const call = { token, server: 'porchlight' };
  const answer = await callApi({ ...call, method: 'GET', url: new URL(path, url) });
  if (flags.json) return print(jsonLine(answer));
  const lines = explanationLines(user, explanationIn(answer));
  print(lines.map((line) => printable(line, LONGEST_LINE)).join('\n'));
};

function explanationIn(answer: unknown): Explanation {
  const { sessions } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  if (!Array.isArray(sessions))
    throw new CommandFailed('the server answered without an explanation');
  return answer as Explanation;
}
