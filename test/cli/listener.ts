import { readFileSync } from 'node:fs';
import { type DevServer, porchlight, type Running, tokenOf } from '../program.ts';

/** `porchlight listen …` on a free port, until it listens. */
export async function startListening(
  { http }: Pick<DevServer, 'http'>,
  ...flags: readonly string[]
): Promise<Running & { readonly origin: string }> {
  const program = porchlight('listen', '--url', http, '--port', '0', ...flags);
  const [, origin = ''] = await program.line(/listening(?:"|\s).*?(http:\/\/127\.0\.0\.1:\d+)/);
  return { ...program, origin };
}

/** Those of an application and a user, as the API lists them. */
export async function subscriptionsOf(
  server: DevServer,
  app: string,
  user = 'ada@contoso.example',
): Promise<readonly { readonly id: string }[]> {
  const token = await tokenOf(server, '--app', app, '--user', user);
  const response = await fetch(`${server.http}/v1.0/subscriptions`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { value } = (await response.json()) as { readonly value: readonly { id: string }[] };
  return value;
}

/** Sets a user's presence for an hour, by an application's token. */
export async function setPresence(
  { http }: DevServer,
  token: string,
  user: string,
  pair: string,
): Promise<number> {
  const [availability, activity] = pair.split('/');
  const response = await fetch(`${http}/v1.0/users/${user}/presence/setPresence`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      sessionId: '22553876-f5ab-4529-bffb-cfe50aa89f87',
      availability,
      activity,
      expirationDuration: 'PT1H',
    }),
  });
  return response.status;
}

/** What a listener without `--users` has somebody POST. */
export interface Offer {
  readonly body: string;
  readonly clientState: string;
  readonly encryptionCertificate: string;
  readonly encryptionCertificateId: string;
}

export function readOffer(path: string): Offer {
  const body = readFileSync(path, 'utf8');
  return { ...(JSON.parse(body) as Omit<Offer, 'body'>), body };
}
