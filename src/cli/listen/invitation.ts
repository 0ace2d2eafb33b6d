import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandFailed } from '../command.ts';

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
  /** What to POST. */
  readonly subscription: object;
  /** Where to; a temporary file without it. */
  readonly file: string | undefined;
  /** Flags of `porchlight token` for the token to POST it with. */
  readonly tokenFlags: readonly string[];
}

/** Writes the body, readable by its owner only: it has the client state. @throws CommandFailed */
export async function invite(parts: InvitationParts): Promise<Invitation> {
  const { url, subscription, file, tokenFlags } = parts;
  const folder = file === undefined ? await mkdtemp(join(tmpdir(), 'porchlight-')) : undefined;
  const body = file ?? join(folder ?? '', 'subscription.json');
  const text = `${JSON.stringify(subscription, null, 2)}\n`;
  await writeFile(body, text, { mode: 0o600 }).catch((cause: Error) => {
    throw new CommandFailed(`--body: ${cause.message}`, { cause });
  });
  const flags = ['--url', url.origin, ...tokenFlags].map(word).join(' ');
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
