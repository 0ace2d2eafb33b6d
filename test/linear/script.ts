import type { PresenceCommand } from '../../src/engine/command.ts';
import { NEVER_MS } from '../../src/engine/facts.ts';
import { type Pair, pairName } from '../../src/engine/pair.ts';
import type { Operation, Read, Write, WriteOutcome } from './operation.ts';

/** Histories written by hand: one user, times in ms, one client for each operation. */
export const USER = '00000001-aaaa-4aaa-8aaa-000000000001';
const APP = '22553876-f5ab-4529-bffb-cfe50aa89f87';
const HOUR_MS = 3_600_000;

export function set(sessionId: string, pair: Pair): PresenceCommand {
  return { kind: 'setPresence', appId: APP, sessionId, pair, lifetimeMs: HOUR_MS };
}

export function clear(sessionId: string): PresenceCommand {
  return { kind: 'clearPresence', appId: APP, sessionId };
}

export function prefer(pair: Pair): PresenceCommand {
  return { kind: 'setUserPreferredPresence', appId: APP, pair, lifetimeMs: HOUR_MS };
}

export const preferNothing: PresenceCommand = { kind: 'clearUserPreferredPresence', appId: APP };

export function say(content: string): PresenceCommand {
  return {
    kind: 'setStatusMessage',
    appId: APP,
    content,
    expiresAtMs: NEVER_MS,
    expiry: null,
  };
}

export function write(
  command: PresenceCommand,
  fromMs: number,
  toMs: number,
  outcome: WriteOutcome = 'ok',
): Write {
  return { kind: 'write', command, outcome, ...timed(fromMs, toMs) };
}

export function shownAs(pair: Pair, message: string | null = null): string {
  return `${pairName(pair)} ${JSON.stringify(message)}`;
}

export function read(
  number: number,
  shown: string,
  fromMs: number,
  toMs: number,
  staleMs?: number,
): Read {
  const flag = staleMs === undefined ? {} : { staleMs };
  return { kind: 'read', shown, number, ...flag, ...timed(fromMs, toMs) };
}

function timed(fromMs: number, toMs: number): Omit<Operation, 'kind' | 'command' | 'outcome'> {
  return {
    userId: USER,
    client: `client of ${fromMs}`,
    node: 'n1',
    invokedNs: fromMs * 1e6,
    returnedNs: toMs * 1e6,
  };
}
