import type { PresenceCommand } from '../../src/engine/command.ts';

interface Timed {
  readonly client: string;
  readonly userId: string;
  /** When the client sent it and when it heard the answer, or gave up: ns of one monotonic clock. */
  readonly invokedNs: number;
  readonly returnedNs: number;
  /** Which server was asked, for whoever reads a finding. */
  readonly node: string;
}

/**
 * - `ok`: the server promised it.
 * - `not found`: refused because the session wasn't there, which says something about the state.
 * - `no effect`: refused for a reason that says nothing about it, and promised not to be kept.
 * - `unknown`: no answer, or one that leaves it open. It may take effect at any time after it was sent,
 *   also after the client gave up, or never.
 */
export type WriteOutcome = 'ok' | 'not found' | 'no effect' | 'unknown';

export interface Write extends Timed {
  readonly kind: 'write';
  /** The texts of status messages differ from write to write. */
  readonly command: PresenceCommand;
  readonly outcome: WriteOutcome;
}

/** A read that was answered; one that wasn't says nothing. */
export interface Read extends Timed {
  readonly kind: 'read';
  /** Availability, activity and status message in the words of `content` (test/crash/numbers.ts). */
  readonly shown: string;
  readonly number: number;
  /** What it shows may be so many ms old, as the answer said. */
  readonly staleMs?: number;
}

/** What one client did about one user, and what came of it. */
export type Operation = Write | Read;

/** From when on a read may have looked: before it was sent, if it says that it shows something old. */
export function looksFromNs({ invokedNs, staleMs = 0 }: Read): number {
  return invokedNs - staleMs * 1e6;
}

export function describeOperation(operation: Operation): string {
  const { client, node, invokedNs, returnedNs } = operation;
  const when = `${(invokedNs / 1e6).toFixed(3)} to ${(returnedNs / 1e6).toFixed(3)} ms`;
  return `${when}, ${client} at ${node}: ${describeWhat(operation)}`;
}

function describeWhat(operation: Operation): string {
  if (operation.kind === 'read') {
    const { shown, number, staleMs } = operation;
    const flag = staleMs === undefined ? '' : `, flagged as up to ${staleMs} ms old`;
    return `read ${shown}, number ${number}${flag}`;
  }
  return `${describeCommand(operation.command)}: ${operation.outcome}`;
}

function describeCommand(command: PresenceCommand): string {
  switch (command.kind) {
    case 'setPresence':
      return `setPresence ${command.sessionId} ${command.pair.availability}/${command.pair.activity}`;
    case 'clearPresence':
      return `clearPresence ${command.sessionId}`;
    case 'setUserPreferredPresence':
      return `setUserPreferredPresence ${command.pair.availability}/${command.pair.activity}`;
    case 'setStatusMessage':
      return `setStatusMessage ${JSON.stringify(command.content)}`;
    default:
      return command.kind;
  }
}
