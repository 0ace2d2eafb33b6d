import { factOf } from './model.ts';
import type { Write } from './operation.ts';
import type { Place } from './place.ts';

/** Writes that will end, of one user, at one time: a bit each. */
const MOST_UNDER_WAY = 30;

/** A write that may happen now. */
export interface Candidate {
  readonly write: Write;
  readonly fact: string;
  /** Its bit in `done`, or in `used` if its outcome is unknown. */
  readonly bit: number;
  readonly isUnknown: boolean;
  /** The status message that it sets, as JSON; undefined if it is about something else. */
  readonly text: string | undefined;
  /** The bits of earlier unknown ones that do the same: which of them is taken makes no difference. */
  readonly same: readonly number[];
}

/** The writes of a user that have begun and may happen: those without an answer for ever. */
export class UnderWay {
  candidates: readonly Candidate[] = [];
  /** How many unknown writes have begun, also of those that nobody needs. */
  unknowns = 0;
  /** The status messages that a read showed. */
  readonly #texts: ReadonlySet<string>;

  constructor(texts: ReadonlySet<string>) {
    this.#texts = texts;
  }

  begin(write: Write): void {
    const fact = factOf(write.command);
    const text = textSetBy(write);
    if (write.outcome === 'unknown') {
      const bit = this.unknowns++;
      if (text !== undefined && !this.#texts.has(text)) return;
      const what = whatOf(write);
      const same = this.candidates
        .filter((each) => each.isUnknown && whatOf(each.write) === what)
        .map((each) => each.bit);
      this.#add({ write, fact, bit, isUnknown: true, text, same });
    } else {
      const taken = this.candidates.filter((each) => !each.isUnknown).map(({ bit }) => bit);
      let bit = 0;
      while (taken.includes(bit)) bit++;
      if (bit >= MOST_UNDER_WAY) throw new RangeError('too many writes of a user at one time');
      this.#add({ write, fact, bit, isUnknown: false, text, same: [] });
    }
  }

  #add(candidate: Candidate): void {
    this.candidates = [...this.candidates, candidate];
  }

  find(write: Write): Candidate {
    const found = this.candidates.find((each) => each.write === write);
    if (found === undefined) throw new Error('a write ended that never began');
    return found;
  }

  end(candidate: Candidate): void {
    this.candidates = this.candidates.filter((each) => each !== candidate);
  }
}

/** Whether it hasn't happened there; of unknown ones that do the same, the first goes first. */
export function isLeft({ done, used }: Place, { bit, isUnknown, same }: Candidate): boolean {
  if (!isUnknown) return (done & (1 << bit)) === 0;
  const isUsed = (one: number) => (used & (1n << BigInt(one))) !== 0n;
  return !isUsed(bit) && same.every(isUsed);
}

/** What it does to a state. Nothing ends while a test runs, so how long it would have lasted is nothing. */
function whatOf({ command }: Write): string {
  return JSON.stringify({ ...command, lifetimeMs: undefined });
}

function textSetBy({ command }: Write): string | undefined {
  if (command.kind !== 'setStatusMessage') return undefined;
  return JSON.stringify(command.content === '' ? null : command.content);
}
