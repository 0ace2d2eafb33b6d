import { createHash, X509Certificate } from 'node:crypto';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/**
 * A real Chromium, which trusts what the authority of `caPath` signed, and reaches this machine alone.
 * Nothing is intercepted: Playwright would answer preflight requests itself then.
 */
export function launchChromium(caPath: string): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: [
      // Root may not use the sandbox, and a container's /dev/shm is small.
      '--no-sandbox',
      '--disable-dev-shm-usage',
      `--ignore-certificate-errors-spki-list=${publicKeyHash(caPath)}`,
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost',
    ],
  });
}

/** The program that `CHROMIUM` names, or else the one on PATH. */
function chromiumPath(): string {
  const named = process.env.CHROMIUM;
  const candidates =
    named !== undefined
      ? [named]
      : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'chromium'));
  const found = candidates.find(isProgram);
  if (found !== undefined) return found;
  throw new Error(
    `${named ?? 'chromium'} is not there: install Debian's package chromium, or name the program in CHROMIUM`,
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** As Chromium takes it: SHA-256 of the public key with its algorithm, Base64. */
function publicKeyHash(certificatePath: string): string {
  const { publicKey } = new X509Certificate(readFileSync(certificatePath));
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('base64');
}
