import { X509Certificate } from 'node:crypto';
import { Agents } from './agents.ts';
import { Attempt, type AttemptOutcome } from './attempt.ts';
import { failed } from './failure.ts';
import type { Outbound, OutboundRequest, OutboundResult } from './outbound.ts';
import { Slots } from './slots.ts';
import { allowedOrigin, type Target, type TargetRules, targetOf } from './target.ts';
import { type Resolve, resolveAsMachine } from './vetted-lookup.ts';

/** Requests under way at a time; more wait, within their own time limits. */
const MOST_REQUESTS = { total: 256, perHost: 8 };

export interface OutboundOptions {
  /**
   * Exceptions, whose addresses are not checked: `host:port` is reached with https, `http://host:port`
   * with plain http. Host and port are compared with those of a URL in canonical form, so case and
   * spelling don't matter; IPv6 stands in brackets. Nothing else is let through by them.
   */
  readonly allow: readonly string[];
  /**
   * For development: `localhost`, names below it, 127.0.0.0/8 and ::1 are reached, with http too.
   * Other names that lead there stay forbidden.
   */
  readonly allowHttpToLoopback: boolean;
  /** Certificate authorities trusted beside the usual ones (which include NODE_EXTRA_CA_CERTS), PEM. */
  readonly ca?: readonly string[];
  /** Finds all addresses of a host; as the machine does by default. */
  readonly lookup?: Resolve;
  /** ms of a clock that never steps. */
  readonly monotonicMs?: () => number;
}

type Outcome = Exclude<AttemptOutcome, { kind: 'stale' }>;

/**
 * Sends to public addresses with HTTPS, and to nothing else but what the options except
 * (docs/decisions/0040-outbound-requests.md).
 *
 * A request is sent again, once, where a kept connection turns out to have been hung up by the other
 * side and not a byte came back on it (RFC 9112, section 9.3.1, leaves that to whoever knows that the
 * request may be repeated). So a receiver may get a request twice, as with any delivery that is
 * repeated until it succeeds.
 *
 * @throws TypeError where `allow` has an entry that isn't an exception
 * @throws Error where `ca` has something that is no certificate
 */
export function createOutbound(options: OutboundOptions): Outbound {
  const { monotonicMs = () => performance.now(), lookup = resolveAsMachine, ca = [] } = options;
  const rules = rulesOf(options);
  for (const pem of ca) assertCertificate(pem);
  const agents = new Agents({ ca, resolve: lookup });
  const slots = new Slots(MOST_REQUESTS);
  const closings = new Set<() => void>();
  let isClosed = false;

  const exchange = (target: Target, request: OutboundRequest, onBegun: () => void) =>
    new Promise<Outcome>((resolve) => {
      let current: Attempt | undefined;
      let isOver = false;
      let leave: (() => void) | undefined;
      const end = (outcome: Outcome) => {
        isOver = true;
        clearTimeout(timer);
        closings.delete(close);
        current?.abort();
        resolve(outcome);
        leave?.();
      };
      const close = () => end(failed('unreachable', 'everything was hung up'));
      const late = () => {
        if (current === undefined) return end(failed('busy', 'too much is under way to that host'));
        end(failed('timeout', `${request.timeoutMs} ms were over while ${current.phase}`));
      };
      let timer = setTimeout(late, request.timeoutMs);
      closings.add(close);

      const attempt = async (isFresh: boolean): Promise<void> => {
        current = new Attempt(target, request, agents.for(target, isFresh));
        const outcome = await current.outcome;
        if (isOver) return;
        if (outcome.kind !== 'stale') end(outcome);
        else await attempt(true);
      };
      leave = slots.take(target.url.origin, () => {
        // Waiting in our own line is no fault of the receiver's, and none of its time.
        clearTimeout(timer);
        timer = setTimeout(late, request.timeoutMs);
        onBegun();
        void attempt(false);
      });
    });

  return {
    async send(request) {
      let begunMs = monotonicMs();
      const timed = (outcome: Outcome): OutboundResult => ({
        ...outcome,
        elapsedMs:
          outcome.kind === 'failed' && outcome.code === 'busy' ? 0 : monotonicMs() - begunMs,
      });
      const target = targetOf(request.url, rules);
      if (typeof target === 'string') return timed(failed('forbidden', target));
      if (isClosed) return timed(failed('unreachable', 'everything was hung up'));
      const onBegun = () => {
        begunMs = monotonicMs();
      };
      return timed(await exchange(target, request, onBegun));
    },

    refusal(url) {
      const target = targetOf(url, rules);
      return typeof target === 'string' ? target : undefined;
    },

    close() {
      isClosed = true;
      for (const close of closings) close();
      agents.destroy();
    },
  };
}

function rulesOf({ allow, allowHttpToLoopback }: OutboundOptions): TargetRules {
  const origins = allow.map((entry) => {
    const origin = allowedOrigin(entry);
    if (origin === undefined)
      throw new TypeError(`'${entry}' is not host:port or http://host:port`);
    return origin;
  });
  return { allowHttpToLoopback, allowedOrigins: new Set(origins) };
}

/** A list with garbage among its authorities would be taken without a word. */
function assertCertificate(pem: string): void {
  new X509Certificate(pem);
}
