import type { Outbound, OutboundRequest, OutboundResult } from '../../src/outbound/outbound.ts';
import type { World } from './world.ts';

/** An item of a notification as it is on the wire. */
export interface Item {
  readonly subscriptionId: string;
  readonly clientState: string | null;
  readonly id?: string;
  readonly lifecycleEvent?: string;
  readonly resourceData?: { readonly id: string };
}

/** A POST of notifications when it leaves a server. */
export interface Post {
  readonly server: number;
  readonly url: string;
  readonly items: readonly Item[];
  /** It reaches the receiver, whatever becomes of the answer. */
  readonly isTaken: boolean;
}

/**
 * How a receiver is: it answers; answers with an error; hangs up before it has read anything, or after; takes what it
 * is given and answers late; is full.
 */
const MOODS = ['well', 'failing', 'gone', 'forgetful', 'slow', 'hanging', 'full', 'moody'] as const;
type Mood = (typeof MOODS)[number];

const NOTIFIED = ['https://one.example/n', 'https://two.example/n', 'https://three.example/n'];
const LIFECYCLES = ['https://one.example/lifecycle', 'https://four.example/lifecycle'];

/** Those who are told of changes. */
export class Receivers {
  readonly urls = NOTIFIED;
  readonly lifecycleUrls = LIFECYCLES;
  readonly #world: World;
  readonly #onPost: (post: Post) => void;
  readonly #moods = new Map<string, Mood>();
  /** Of which URLs an answer ever was another than Graph's 202 in time. */
  readonly failed = new Set<string>();
  /** POSTs that wait for their answers. */
  underWay = 0;
  /** By server and URL, those of notifications. */
  readonly #notifying = new Set<string>();

  constructor(world: World, onPost: (post: Post) => void) {
    this.#world = world;
    this.#onPost = onPost;
  }

  changeMood(): void {
    const { random } = this.#world;
    const url = random.pick([...NOTIFIED, ...LIFECYCLES]);
    const mood = random.chance(0.4) ? 'well' : random.pick(MOODS);
    this.#moods.set(url, mood);
    this.#world.say(() => `${url} is ${mood}`);
  }

  /** One of those who are told of changes is not there. */
  loseOne(): void {
    const url = this.#world.random.pick(NOTIFIED);
    this.#moods.set(url, 'gone');
    this.#world.say(() => `${url} is gone`);
  }

  heal(): void {
    this.#moods.clear();
    this.#world.say(() => 'receivers are well');
  }

  /** How a server reaches them. */
  outbound(server: number, isAlive: () => boolean): Outbound {
    return {
      refusal: () => undefined,
      close() {},
      send: async (request) => {
        if (!isAlive()) return new Promise(() => {});
        const result = await this.#receive(server, request);
        return isAlive() ? result : new Promise(() => {});
      },
    };
  }

  async #receive(server: number, request: OutboundRequest): Promise<OutboundResult> {
    const world = this.#world;
    const url = new URL(request.url);
    const token = url.searchParams.get('validationToken');
    const address = `${url.origin}${url.pathname}`;
    const mood = this.#moodOf(address);
    const elapsedMs = this.#elapsedMs(mood);
    const isTaken = mood !== 'gone';
    const isInTime = elapsedMs < request.timeoutMs;
    const status = mood === 'failing' ? 503 : mood === 'full' ? 413 : token === null ? 202 : 200;
    const isWell = status < 300 && isInTime && mood !== 'gone' && mood !== 'forgetful';
    const name = `${server} ${address}`;
    if (token === null) {
      if (this.#notifying.has(name)) world.complain(`${name} has two POSTs at once`);
      this.#notifying.add(name);
      const { value } = JSON.parse(String(request.body)) as { readonly value: readonly Item[] };
      const isKept = isTaken && status < 300;
      if (!isWell) this.failed.add(address);
      world.say(() => `${server} posts ${value.length} to ${address}, which is ${mood}`);
      this.#onPost({ server, url: address, items: value, isTaken: isKept });
    }
    this.underWay++;
    // On the network for a moment at least: other things may happen meanwhile.
    await world.holdUp(Math.min(elapsedMs, request.timeoutMs));
    this.underWay--;
    if (token === null) this.#notifying.delete(name);
    if (!isInTime) {
      const { timeoutMs } = request;
      return { kind: 'failed', code: 'timeout', reason: 'too late', elapsedMs: timeoutMs };
    }
    if (mood === 'gone' || mood === 'forgetful') {
      return { kind: 'failed', code: 'unreachable', reason: 'hung up', elapsedMs };
    }
    const body = token ?? '';
    return { kind: 'answered', status, contentType: 'text/plain', body, elapsedMs };
  }

  #moodOf(url: string): Mood {
    const mood = this.#moods.get(url) ?? 'well';
    if (mood !== 'moody') return mood;
    return this.#world.random.pick(MOODS.slice(0, -1));
  }

  #elapsedMs(mood: Mood): number {
    const { random } = this.#world;
    if (mood === 'slow') return random.pick([900, 3500, 5000]);
    return mood === 'hanging' ? 60_000 : random.pick([0, 0, 3]);
  }
}
