import { createPrivateKey, randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { makeEncryptionCertificate } from '../auth/dev-certificates/encryption-certificate.ts';
import { systemClock } from '../clock.ts';
import { askToken, EXAMPLE_APP, type TokenRequest } from './ask-token.ts';
import { type Command, UsageError } from './command.ts';
import { portFlag, readFlags, urlFlag } from './flags.ts';
import type { ListenEvent } from './listen/event.ts';
import { interpret } from './listen/interpret.ts';
import { invite } from './listen/invitation.ts';
import { namesOf } from './listen/names.ts';
import { jsonLineOf, lineOf } from './listen/print.ts';
import { openReceiver } from './listen/receiver.ts';
import { type Subscriber, subscribe } from './listen/subscriber.ts';
import { subscriptionBody, type Wish } from './listen/wish.ts';
import { listenFailure } from './listen-failure.ts';

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
  const port = portFlag(flags.port, 'port');
  const url = urlFlag(flags.url);
  const users = usersFlag(flags.users);
  if (users !== undefined && flags.body !== undefined) {
    throw new UsageError('--body goes without --users, which subscribes by itself');
  }
  const { print, stopped } = terminal;
  const { app, user, tenant } = flags;
  const wanted: TokenRequest = { url, app, user, tenant };
  const token = () => askToken(wanted);

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
  const wish = (whom: readonly string[]): Wish => ({
    origin: receiver.origin,
    users: whom,
    clientState,
    ...(encryption && { encryption }),
  });

  try {
    if (users === undefined) {
      const invitation = await invite({
        url,
        subscription: subscriptionBody(wish([user]), systemClock.nowMs()),
        file: flags.body && resolve(flags.body),
        tokenFlags: [
          ...changed('app', app, EXAMPLE_APP),
          ...changed('tenant', tenant, 'common'),
          '--user',
          user,
        ],
      });
      const { body, curl } = invitation;
      tell({ event: 'listening', url: receiver.origin, body, curl });
      if (!flags.json) print(howTo(user, body, curl));
      await stopped;
      await invitation.close();
    } else {
      tell({ event: 'listening', url: receiver.origin });
      names = await namesOf(users, url, await token());
      subscriber = await subscribe({ clock: systemClock, url, token, wish: wish(users), tell });
      await stopped;
      await subscriber.close();
    }
  } finally {
    await receiver.close();
  }
};

/** Each once: a name that stands there twice is no other user. */
function usersFlag(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
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

function changed(flag: string, value: string, usual: string): readonly string[] {
  return value === usual ? [] : [`--${flag}`, value];
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
