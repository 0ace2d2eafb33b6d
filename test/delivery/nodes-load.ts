import { Agent } from 'node:http';
import { setTimeout as after } from 'node:timers/promises';
import type { Random } from '../crash/random.ts';
import { ask } from '../linear/request.ts';
import { until } from '../until.ts';
import { mustBeRight, type Post, setSession, writeOnce } from './load.ts';
import type { Node } from './node.ts';

/** Between two writes of an application. */
const PAUSE_MS = { least: 5, most: 60 };
const PATIENCE_MS = 1500;

export interface NodesLoadParts {
  readonly nodes: readonly Node[];
  /** By application, each of which writes by itself. */
  readonly tokens: ReadonlyMap<string, string>;
  readonly userIds: readonly string[];
  readonly random: Random;
}

/** Applications that write users' presence, each thing by any of the nodes. */
export class NodesLoad {
  readonly #parts: NodesLoadParts;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #writing: Promise<void>[];
  #isOver = false;
  /** The first wrong answer. */
  fault: unknown;
  /** Writes that were answered. */
  answered = 0;

  constructor(parts: NodesLoadParts) {
    this.#parts = parts;
    this.#writing = Array.from(parts.tokens, ([app, token]) => this.#write(app, token));
  }

  /** Resolves when nobody writes any more. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#writing);
    this.#agent.destroy();
  }

  async #write(app: string, token: string): Promise<void> {
    const { random, userIds, nodes } = this.#parts;
    const post: Post = async (path, body) => {
      const node = random.pick(nodes);
      // Few ask one that doesn't answer, or nobody would get anywhere.
      if (node.origin === undefined || (node.isStalled && random.chance(0.9))) return;
      const answer = await this.#ask(node.origin, token, path, body);
      // Dead or stalled; or without Redis.
      if (typeof answer === 'string' || answer.status === 503) return;
      mustBeRight(path, answer);
      this.answered++;
    };
    try {
      while (!this.#isOver) {
        await writeOnce(post, random, random.pick(userIds), app);
        await after(random.between(PAUSE_MS.least, PAUSE_MS.most));
      }
    } catch (error) {
      this.fault ??= error;
    }
  }

  /** One more thing of every user, so that what is shown last was said when all was well. */
  async lastWords(): Promise<void> {
    const { random, tokens, userIds, nodes } = this.#parts;
    const [[app, token] = ['', '']] = tokens;
    const post: Post = async (path, body) => {
      const answer = await this.#ask(random.pick(nodes).origin ?? '', token, path, body);
      if (typeof answer === 'string') throw new Error(answer);
      mustBeRight(path, answer);
      this.answered++;
    };
    for (const userId of userIds) {
      // A node that just came back from a stall, or from Redis' death, may need a moment.
      await until(() => setSession(post, random, userId, app).then(() => true));
    }
  }

  #ask(origin: string, token: string, path: string, body: unknown) {
    const asking = { agent: this.#agent, origin, token, patienceMs: PATIENCE_MS };
    return ask(asking, 'POST', path.replace('/v1.0', ''), body);
  }
}
