import { askToken, EXAMPLE_APP } from './ask-token.ts';
import { type Command, UsageError } from './command.ts';
import { readFlags, urlFlag } from './flags.ts';

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
  print(await askToken({ ...flags, url: urlFlag(flags.url) }));
};
