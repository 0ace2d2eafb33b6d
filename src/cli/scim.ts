import { createHash, randomBytes } from 'node:crypto';
import { type Command, UsageError } from './command.ts';
import { readWords } from './flags.ts';

export const SCIM_USAGE = `porchlight scim token

Makes a secret for a provisioning client: the token for the client, and its SHA-256 for
directory.scim in the configuration. Neither is kept anywhere.`;

/** As hard to guess as a key of 256 bits. */
const TOKEN_BYTES = 32;

/** `porchlight scim`. */
export const scim: Command = async (args, { print }) => {
  const { words } = readWords(args, {});
  const [verb, ...rest] = words;
  if (verb !== 'token' || rest.length > 0) throw new UsageError('scim knows one command: token');
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  print(`token        ${token}`);
  print(`tokenSha256  ${createHash('sha256').update(token).digest('hex')}`);
};
