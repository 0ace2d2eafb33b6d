import type { Clock } from '../../src/clock.ts';
import { createDirectory } from '../../src/directory/fixed.ts';
import type { Mailboxes } from '../../src/mailbox/mailboxes.ts';
import { createMailboxes } from '../../src/mailbox/service.ts';
import { createWindowOf } from '../../src/mailbox/window.ts';
import type { Directory } from '../../src/presence/directory.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { PresenceStore } from '../../src/store/store.ts';

/** Mailboxes in which everything can be read: what can't be is thrown. */
export function exampleMailboxes(
  clock: Clock,
  store: PresenceStore = openMemoryStore(),
  directory: Directory = createDirectory('open', new Map()),
): Mailboxes {
  const windowOf = createWindowOf({
    turn: async () => {},
    onProblem(_, what, error) {
      throw new Error(`${what} could not be used`, { cause: error });
    },
  });
  return createMailboxes({ store, clock, directory, windowOf });
}
