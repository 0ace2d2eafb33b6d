import { reasonOf } from './link-error.ts';
import { text } from './reply.ts';
import { readInfo, type ServerInfo } from './server-info.ts';

/** How soon a server that reads its data is asked again whether it has. */
const LOADING_MS = 100;

export interface ServerCheckParts {
  /** Asks for the reply to INFO. */
  ask(): Promise<unknown>;
  /** What is wrong with the server, by what it says of itself. */
  check(info: ServerInfo): string | undefined;
  /** Whether anybody still wants to know. */
  isWanted(): boolean;
  /** It listens already, but has to read its data first. */
  onLoading(): void;
}

/** Why a server that was just connected to can't be used, also when it doesn't say; undefined if it can. */
export async function complaintOf(parts: ServerCheckParts): Promise<string | undefined> {
  try {
    let info = readInfo(text(await parts.ask()));
    while (info.get('loading') === '1' && parts.isWanted()) {
      parts.onLoading();
      await new Promise((resolve) => setTimeout(resolve, LOADING_MS));
      info = readInfo(text(await parts.ask()));
    }
    return parts.check(info);
  } catch (error) {
    return reasonOf(error);
  }
}
