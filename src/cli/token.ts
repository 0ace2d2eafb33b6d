import { type Command, CommandFailed, UsageError } from './command.ts';
import { readFlags } from './flags.ts';

const EXAMPLE_APP = '22553876-f5ab-4529-bffb-cfe50aa89f87';

const GRAPH = 'https://graph.microsoft.com';

/** How long the dev server may take to answer. */
const TIMEOUT_MS = 10_000;

export const TOKEN_USAGE = `porchlight token [--url URL] [--app APP] [--user USER] [--scopes "..."] [--roles "..."]
                 [--tenant ID] [--ttl DURATION]

Asks the running dev server's issuer for a token, and prints the token and nothing else. With --user a
delegated token through the app, without it an application token.

  --url     the dev server (http://127.0.0.1:4280)
  --app     client id: any GUID (${EXAMPLE_APP})
  --user    object id or user principal name: any GUID
  --scopes  delegated permissions (all of presence)
  --roles   application permissions (all of presence)
  --tenant  tenant id or domain (the first tenant)
  --ttl     ISO 8601 duration; a negative one makes an expired token (PT1H)`;

/** `porchlight token`. */
export const token: Command = async (args, { print }) => {
  const flags = readFlags(args, {
    url: 'http://127.0.0.1:4280',
    app: EXAMPLE_APP,
    user: undefined,
    scopes: undefined,
    roles: undefined,
    tenant: 'common',
    ttl: undefined,
  });
  if (flags.user !== undefined && flags.roles !== undefined) {
    throw new UsageError('--roles goes without --user: a delegated token has scopes');
  }
  if (flags.user === undefined && flags.scopes !== undefined) {
    throw new UsageError('--scopes goes with --user: an application token has roles');
  }
  if (!URL.canParse(flags.url) || !/^https?:$/.test(new URL(flags.url).protocol)) {
    throw new UsageError(`--url must begin with http:// or https://, not '${flags.url}'`);
  }

  const form = new URLSearchParams({ client_id: flags.app, client_secret: 'any in dev' });
  if (flags.user === undefined) {
    form.set('grant_type', 'client_credentials');
    form.set('scope', `${GRAPH}/.default`);
    if (flags.roles !== undefined) form.set('roles', flags.roles);
  } else {
    form.set('grant_type', 'password');
    form.set('username', flags.user);
    form.set('password', 'any in dev');
    form.set('scope', flags.scopes ?? `${GRAPH}/.default`);
  }
  if (flags.ttl !== undefined) form.set('ttl', flags.ttl);

  const url = new URL(`/${encodeURIComponent(flags.tenant)}/oauth2/v2.0/token`, flags.url);
  print(await ask(url, form));
};

async function ask(url: URL, form: URLSearchParams): Promise<string> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      body: form,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    const reason = (error as Error).cause ?? error;
    const detail = reason instanceof Error ? reason.message : String(reason);
    throw new CommandFailed(
      `no answer from ${url.origin}: ${detail}\nIs \`porchlight dev\` running there? --url says where to ask.`,
      { cause: error },
    );
  }
  const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  if (typeof answer.access_token === 'string') return answer.access_token;
  throw new CommandFailed(
    typeof answer.error_description === 'string'
      ? answer.error_description
      : `${url.origin} answered ${response.status} without a token: is it \`porchlight dev\`?`,
  );
}
