import type { Connection } from './connection.ts';
import type { Arg, RunOptions } from './link.ts';
import {
  isRefusal,
  NoAnswer,
  NotSent,
  reasonOf,
  TooFewReplicas,
  Unconfirmed,
} from './link-error.ts';
import type { Primaries, Primary } from './primaries.ts';
import { redirectionIn } from './redirection.ts';
import type { Script } from './script.ts';

/** How often one call follows members of a cluster that send it on to others. */
const REDIRECTIONS = 5;

/** How soon it is tried again where that helps. */
const AGAIN_MS = 50;

/** How long before the end of a call waiting for replicas is given up, so that this is what is said. */
const MARGIN_MS = 100;

/** Refusals that say that another server has to be asked, or the same one later. Nothing was done. */
const ELSEWHERE = ['READONLY', 'CLUSTERDOWN', 'MASTERDOWN', 'LOADING', 'NOREPLICAS'];

export interface SenderOptions {
  readonly primaries: Primaries;
  readonly timeoutMs: number;
  /** How many replicas have to confirm; 0 for none. */
  readonly replicas: number;
  /** The slot of a key. */
  slotOf(key: Arg): number;
  /** Another server may have taken the place of one. */
  suspect(): void;
}

/** Why a call failed. */
export class Failure extends Error {
  readonly primary: Primary | undefined;
  readonly mayBeKept: boolean;

  constructor(cause: unknown, primary: Primary | undefined, mayBeKept: boolean) {
    super(reasonOf(cause), { cause });
    this.primary = primary;
    this.mayBeKept = mayBeKept;
  }
}

/** A call while it is under way. */
interface Call {
  readonly slot: number;
  readonly endMs: number;
  readonly writes: boolean;
  readonly onResend: (() => void) | undefined;
  /** `isGuest`: the server takes one command for a slot that it doesn't have yet. */
  send(
    primary: Primary,
    connection: Connection,
    leftMs: number,
    isGuest: boolean,
  ): Promise<unknown>;
  /** Where its slot is being moved to, for the next time alone. */
  importer?: Primary | undefined;
  redirections: number;
  /** The last error after which it may have been done. */
  doubt?: unknown;
}

/** Sends calls to the servers that have their keys, and sees to it that each of them ends in time. */
export class Sender {
  readonly #options: SenderOptions;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** @throws Failure */
  ask(key: Arg, command: string, args: readonly Arg[]): Promise<unknown> {
    return this.#carryOut(key, {
      writes: false,
      onResend: undefined,
      send: (_primary, connection, leftMs) => connection.send(command, args, leftMs),
    });
  }

  /** @throws Failure */
  run(
    { text, sha1, writes }: Script,
    keys: readonly Arg[],
    args: readonly Arg[],
    { confirm = false, onResend }: RunOptions,
  ): Promise<unknown> {
    const [key = ''] = keys;
    const rest = [keys.length, ...keys, ...args];
    const mustConfirm = confirm && writes && this.#options.replicas > 0;
    const untilMs = performance.now() + this.#options.timeoutMs - this.#marginMs;
    return this.#carryOut(key, {
      writes,
      onResend,
      send: async (primary, connection, leftMs, isGuest) => {
        const send = (command: string, script: string) => {
          const reply = connection.send(command, [script, ...rest], leftMs);
          // Right behind it, on the same connection: it must be the same server that says who has it.
          const count = mustConfirm ? primary.confirmations.count(key) : undefined;
          count?.catch(() => {
            // Looked at when the script has run.
          });
          return { reply, count };
        };
        // Told by its name alone, the script may be unknown there, and a guest has no second try.
        let sent = isGuest ? send('EVAL', text) : send('EVALSHA', sha1);
        const answer = await sent.reply.catch((error) => {
          if (!isRefusal(error, 'NOSCRIPT')) throw error;
          // What was counted behind it says nothing of this one.
          sent = send('EVAL', text);
          return sent.reply;
        });
        if (sent.count !== undefined) {
          await primary.confirmations.enough(key, sent.count, untilMs, this.#options.suspect);
        }
        return answer;
      },
    });
  }

  get #marginMs(): number {
    return Math.min(MARGIN_MS, this.#options.timeoutMs / 10);
  }

  async #carryOut(key: Arg, how: Pick<Call, 'writes' | 'onResend' | 'send'>): Promise<unknown> {
    const { primaries, slotOf, timeoutMs } = this.#options;
    const endMs = performance.now() + timeoutMs;
    const call: Call = { ...how, slot: slotOf(key), endMs, redirections: 0 };
    for (;;) {
      const primary = call.importer ?? primaries.of(call.slot);
      try {
        return await this.#sendOnce(call, primary);
      } catch (error) {
        if (await this.#mayGoOn(call, error, primary)) continue;
        const isDone = call.doubt !== undefined;
        // That there is no connection now says less than why there was no answer.
        const cause = error instanceof NotSent && isDone ? call.doubt : error;
        throw new Failure(cause, primary, isDone && call.writes);
      }
    }
  }

  #sendOnce(call: Call, primary: Primary | undefined): Promise<unknown> {
    if (primary === undefined) throw new NotSent('no server is known that has the keys');
    const connection = call.writes ? primary.write : primary.read;
    if (!connection.isThere) throw new NotSent(`not connected: ${connection.reason}`);
    if (call.doubt !== undefined) call.onResend?.();
    const isGuest = call.importer !== undefined;
    call.importer = undefined;
    if (isGuest) {
      connection.send('ASKING', [], leftMs(call)).catch(() => {
        // What comes behind it fails as well then.
      });
    }
    return call.send(primary, connection, leftMs(call), isGuest);
  }

  /** Whether to send it again, after what made it fail. */
  async #mayGoOn(call: Call, error: unknown, primary: Primary | undefined): Promise<boolean> {
    const { primaries, timeoutMs, suspect } = this.#options;
    const isDoubt = error instanceof NoAnswer || error instanceof Unconfirmed;
    if (isDoubt) call.doubt = error;
    const redirection = redirectionIn(error, primary?.server);
    const isElsewhere = ELSEWHERE.some((reason) => isRefusal(error, reason));
    if (isDoubt || redirection || isElsewhere || error instanceof NotSent) suspect();
    if (leftMs(call) <= this.#marginMs || error instanceof TooFewReplicas) return false;

    if (redirection !== undefined) {
      if (++call.redirections > REDIRECTIONS) return false;
      const target = primaries.at(redirection.server);
      if (redirection.once) call.importer = target;
      else primaries.move(call.slot, redirection.server);
      // It is no queue: the server is there, and only the connection is being made.
      const connection = call.writes ? target.write : target.read;
      await connection.whenThere(leftMs(call)).catch(() => {});
      return true;
    }
    // One WAIT at most goes before it, for a tenth of the time: sent later, it might get no answer, and what is known to
    // have been refused would be in doubt.
    if (isRefusal(error, 'NOREPLICAS') && leftMs(call) < timeoutMs / 4) return false;
    if (isRefusal(error, 'READONLY')) primary?.write.renew('it has become a replica');
    const isTemporary = isElsewhere || isDoubt || error instanceof NotSent;
    // What was never sent isn't queued, and what may be sent once only is not sent again.
    const isFree = call.onResend !== undefined && (call.doubt !== undefined || isElsewhere);
    if (!isRefusal(error, 'TRYAGAIN') && !(isTemporary && isFree)) return false;
    await primaries.changed(AGAIN_MS);
    return true;
  }
}

function leftMs({ endMs }: Call): number {
  return Math.max(1, endMs - performance.now());
}
