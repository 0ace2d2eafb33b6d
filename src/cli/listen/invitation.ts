import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CommandFailed } from '../command.ts';
import { subscriptionBody, type Wish } from './wish.ts';

/** How somebody else subscribes the receiver. */
export interface Invitation {
  /** The file with the body to POST. */
  readonly body: string;
  /** A line for a shell that POSTs it. */
  readonly curl: string;
  /** Removes the file, unless it was asked for under a name. */
  close(): Promise<void>;
}

export interface InvitationParts {
  readonly url: URL;
  readonly wish: Wish;
  readonly nowMs: number;
  /** A file for the body; a temporary one without it. */
  readonly body: string | undefined;
  /** Whose token to POST it with. */
  readonly tenant: string;
  readonly app: string;
  readonly user: string;
}

/** Writes the body, readable by its owner only: it has the client state. @throws CommandFailed */
export async function invite(parts: InvitationParts): Promise<Invitation> {
  const { url, wish, nowMs, tenant, app, user } = parts;
  const file = parts.body === undefined ? undefined : resolve(parts.body);
  const folder = file === undefined ? await mkdtemp(join(tmpdir(), 'porchlight-')) : undefined;
  const body = file ?? join(folder ?? '', 'subscription.json');
  const text = `${JSON.stringify(subscriptionBody(wish, nowMs), null, 2)}\n`;
  await writeFile(body, text, { mode: 0o600 }).catch((cause: Error) => {
    throw new CommandFailed(`--body: ${cause.message}`, { cause });
  });
  const flags = ['--url', url.origin, '--tenant', tenant, '--app', app, '--user', user]
    .map(word)
    .join(' ');
  const endpoint = word(new URL('/v1.0/subscriptions', url).href);
  return {
    body,
    curl:
      `curl -s -X POST ${endpoint} -H "Authorization: Bearer $(npm run -s porchlight -- token ${flags})"` +
      ` -H 'Content-Type: application/json' -d @${word(body)}`,
    async close() {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A word of a shell's line. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
