import { CommandFailed } from './command.ts';

/**
 * Why a server couldn't be opened, in words that say what to change. Anything but a port that can't be
 * had is returned as it is.
 *
 * @param remedy how to choose another port
 */
export function listenFailure(error: unknown, remedy: string): unknown {
  const { code, address, port } = error as NodeJS.ErrnoException & {
    readonly address?: string;
    readonly port?: number;
  };
  const cause = { cause: error };
  const where = `port ${port} on ${address}`;
  switch (code) {
    case 'EADDRINUSE':
      return new CommandFailed(`${where} is in use; ${remedy}`, cause);
    case 'EACCES':
      return new CommandFailed(`${where} is not open to this user; ${remedy}`, cause);
    case 'EADDRNOTAVAIL':
      return new CommandFailed(`${address} is not an address of this machine`, cause);
    default:
      return error;
  }
}
