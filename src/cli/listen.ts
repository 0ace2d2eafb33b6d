import { createPrivateKey, randomBytes } from 'node:crypto';
import { makeEncryptionCertificate } from '../auth/dev-certificates/encryption-certificate.ts';
import { systemClock } from '../clock.ts';
import { askToken } from './ask-token.ts';
import { type Command, UsageError } from './command.ts';
import { portFlag, readFlags, urlFlag } from './flags.ts';
import type { ListenEvent } from './listen/event.ts';
import { interpret } from './listen/interpret.ts';
import { invite } from './listen/invitation.ts';
import { namesOf } from './listen/names.ts';
import { jsonLineOf, lineOf } from './listen/print.ts';
import { openReceiver } from './listen/receiver.ts';
import { type Subscriber, subscribe } from './listen/subscriber.ts';
import type { Wish } from './listen/wish.ts';
import { listenFailure } from './listen-failure.ts';

/** The example tenant's wallboard. Graph allows an application one subscription for each user. */
const EXAMPLE_APP = 'b80288ba-3467-4024-91d0-166f19d83d4d';

const EXAMPLE_USER = 'ada@contoso.example';

export const LISTEN_USAGE = `porchlight listen [--users USER,USER] [--rich] [--port 4290] [--url URL] [--app APP] [--user USER]
                  [--tenant ID] [--body FILE] [--json]

Receives change notifications and prints each as a line: HTTP, on this machine only. With --users it
subscribes itself at the running dev server, and ends the subscription when it is stopped; without, it
prints how to.

  --users   whose presence to subscribe to: object ids or user principal names
  --rich    with the presence in the notifications, encrypted for a key that lives as long as the command
  --port    for HTTP; 0 picks a free one (4290)
  --url     the dev server (http://127.0.0.1:4280)
  --app     client id of the subscription: any GUID (${EXAMPLE_APP})
  --user    the signed-in user who subscribes (${EXAMPLE_USER})
  --tenant  tenant id or domain (the first tenant)
  --body    file for the body to POST, without --users (a temporary one)
  --json    prints JSON lines`;

/** `porchlight listen`. */
export const listen: Command = async (args, terminal) => {
  const flags = flagsIn(args);
  const { url, port, users } = flags;
  const { print, stopped } = terminal;
  const token = () => askToken(flags);
  const tell = (event: ListenEvent) => {
    print((flags.json ? jsonLineOf : lineOf)(event, systemClock.nowMs()));
  };
  const { encryption, holder } = flags.rich ? newKey() : {};
  const clientState = randomBytes(16).toString('base64url');
  let names: ReadonlyMap<string, string> = new Map();
  let subscriber: Subscriber | undefined;
  const receiver = await openReceiver({
    port,
    tell,
    onNotification(notification) {
      const event = interpret(notification, { clientState, holder, names });
      tell(event);
      if (event.event === 'lifecycle') subscriber?.attend(event);
    },
  }).catch((error) => {
    throw listenFailure(error, 'choose another with --port');
  });
  const { origin } = receiver;
  const wish: Wish = {
    origin,
    users: users ?? [flags.user],
    clientState,
    ...(encryption && { encryption }),
  };

  try {
    if (users === undefined) {
      const invitation = await invite({ ...flags, wish, nowMs: systemClock.nowMs() });
      const { body, curl } = invitation;
      tell({ event: 'listening', url: origin, body, curl });
      if (!flags.json) print(howTo(flags.user, body, curl));
      await stopped;
      await invitation.close();
    } else {
      tell({ event: 'listening', url: origin });
      names = await namesOf(users, url, await token());
      subscriber = await subscribe({ clock: systemClock, url, token, wish, tell });
      await stopped;
      await subscriber.close();
    }
  } finally {
    await receiver.close();
  }
};

function flagsIn(args: readonly string[]) {
  const flags = readFlags(args, {
    users: undefined,
    rich: false,
    port: '4290',
    url: 'http://127.0.0.1:4280',
    app: EXAMPLE_APP,
    user: EXAMPLE_USER,
    tenant: 'common',
    body: undefined,
    json: false,
  });
  if (flags.users !== undefined && flags.body !== undefined) {
    throw new UsageError('--body goes without --users, which subscribes by itself');
  }
  return {
    ...flags,
    port: portFlag(flags.port, 'port'),
    url: urlFlag(flags.url),
    users: flags.users === undefined ? undefined : usersFlag(flags.users),
  };
}

/** Each once: a name that stands there twice is no other user. */
function usersFlag(text: string): readonly string[] {
  const users = text
    .split(',')
    .map((user) => user.trim())
    .filter((user) => user !== '');
  if (users.length > 0) return [...new Set(users)];
  throw new UsageError('--users needs object ids or user principal names, with commas between');
}

/** Named anew each time: what an earlier run was sent can't be read any more, and says so. */
function newKey() {
  const id = `porchlight-listen-${randomBytes(4).toString('hex')}`;
  const certificate = makeEncryptionCertificate(systemClock.nowMs());
  const privateKey = createPrivateKey(certificate.privateKeyPem);
  return { encryption: { certificate, id }, holder: { certificateId: id, privateKey } };
}

function howTo(user: string, body: string, curl: string): string {
  return [
    '',
    `To subscribe it to ${user}, within the hour; ${body} says to whom:`,
    '',
    curl,
    '',
    'Ctrl-C stops it.',
  ].join('\n');
}
