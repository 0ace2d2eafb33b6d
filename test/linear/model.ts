import { advance, NEW_RECORD, type UserRecord } from '../../src/engine/advance.ts';
import type { PresenceCommand } from '../../src/engine/command.ts';
import type { Facts } from '../../src/engine/facts.ts';
import { pairName } from '../../src/engine/pair.ts';
import { content } from '../crash/numbers.ts';
import type { Write } from './operation.ts';

/** One user at one place of a sequential history. The same facts are the same object. */
export interface State {
  readonly id: number;
  /** What a read shows. */
  readonly shown: string;
  /** The status message of it, as JSON. */
  readonly text: string;
  readonly record: UserRecord;
}

/** Everything happens at one instant: nothing that a test writes ends or fades while it runs. */
const NOW_MS = 0;

/** One user as the engine has it, without clients, servers or time: what a history is measured by. */
export class Model {
  readonly first: State;
  readonly #states = new Map<string, State>();
  readonly #steps = new Map<State, Map<Write, State | undefined>>();

  constructor() {
    this.first = this.#stateOf(NEW_RECORD);
  }

  /** The state after a write that was answered as this one was; undefined when it wouldn't have been. */
  step(state: State, write: Write): State | undefined {
    let steps = this.#steps.get(state);
    if (steps === undefined) {
      steps = new Map();
      this.#steps.set(state, steps);
    }
    if (steps.has(write)) return steps.get(write);
    const { record, refusal } = advance(state.record, NOW_MS, write.command);
    const wasRefused = write.outcome === 'not found';
    const next = (refusal !== undefined) === wasRefused ? this.#stateOf(record) : undefined;
    steps.set(write, next);
    return next;
  }

  #stateOf(record: UserRecord): State {
    const key = keyOf(record.facts);
    let state = this.#states.get(key);
    if (state === undefined) {
      const { presence } = record;
      const text = JSON.stringify(presence.statusMessage?.content ?? null);
      state = { id: this.#states.size, shown: content(presence), text, record };
      this.#states.set(key, state);
    }
    return state;
  }
}

function keyOf({ sessions, preferred, statusMessage }: Facts): string {
  // Which of two equal sessions is older shows nowhere, so their order is none.
  const live = sessions.map(
    (session) => `${session.appId} ${session.sessionId} ${pairName(session.pair)}`,
  );
  const choice = preferred === null ? '' : pairName(preferred.pair);
  return JSON.stringify([live.sort(), choice, statusMessage?.content ?? null]);
}

/** The one fact that a command replaces: commands on different facts may change places. */
export function factOf(command: PresenceCommand): string {
  switch (command.kind) {
    case 'setPresence':
    case 'clearPresence':
      return `${command.appId} ${command.sessionId}`;
    case 'setUserPreferredPresence':
    case 'clearUserPreferredPresence':
      return 'preferred';
    case 'setStatusMessage':
      return 'status message';
    default:
      return command.kind;
  }
}

/** Whether the answer to it depends on the state. */
export function asks({ command }: Write): boolean {
  return command.kind === 'clearPresence';
}
