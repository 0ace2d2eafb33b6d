import {
  type Issued,
  issueAuthority,
  issueServer,
  keyPem,
} from '../auth/dev-certificates/issue.ts';
import { systemClock } from '../clock.ts';
import { type Trust, trust } from './trust.ts';

/** What a server speaks HTTPS with, and how clients of this process take it. */
export interface Https {
  readonly tls: { readonly key: string; readonly cert: string };
  /** The authority, PEM. */
  readonly ca: string;
  readonly trust: Trust;
}

/** One for all that are started in this process: whoever trusts it needs to be told once. */
let authority: Issued | undefined;

export async function https(): Promise<Https> {
  // TLS clients know the machine's time and no other.
  const nowMs = systemClock.nowMs();
  authority ??= issueAuthority(nowMs);
  const { certificate, privateKey } = issueServer(authority, nowMs);
  const ca = authority.certificate.toString();
  const tls = { key: keyPem(privateKey), cert: certificate.toString() + ca };
  return { tls, ca, trust: await trust(ca) };
}
