import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../clock.ts';
import { IssuerUnavailable } from './errors.ts';

/** How long fetched keys are used without asking again. */
const FRESH_MS = 10 * 60_000;
/** How long they are used while the issuer can't be reached: its outage shall not become ours. */
const KEEP_MS = 24 * 60 * 60_000;
/** Tokens with unknown keys make us ask the issuer this often at most; a rotated key is learnt as late. */
const UNKNOWN_KEY_MS = 30_000;
/** After a failure, nobody waits for the issuer again before this has passed. */
const FAILURE_MS = 5_000;

export type Readiness =
  | { readonly ready: true }
  | { readonly ready: false; readonly reason: string };

export interface RemoteKeys {
  readonly keys: JWTVerifyGetKey;
  /** Whether tokens can be checked; fetches the keys if there are none yet. Never rejects. */
  ready(): Promise<Readiness>;
}

export interface RemoteKeysOptions {
  readonly issuer: string;
  /** Fetches the issuer's key set. Called once at a time, never more often than the waits above allow. */
  readonly load: () => Promise<JSONWebKeySet>;
  readonly clock: Clock;
}

/**
 * An issuer's keys, fetched when first needed. jose's own remote set waits between successful fetches
 * only, and forgets good keys when a fetch fails; hence this one.
 */
export function remoteKeys({ issuer, load, clock }: RemoteKeysOptions): RemoteKeys {
  let loaded: { readonly pick: JWTVerifyGetKey; readonly atMs: number } | undefined;
  let failed: { readonly error: IssuerUnavailable; readonly atMs: number } | undefined;
  let underway: Promise<void> | undefined;

  // The clock may step back; then what happened "later" counts as that long ago, and time heals it.
  const sinceMs = (event: { readonly atMs: number } | undefined) =>
    event === undefined ? Number.POSITIVE_INFINITY : Math.abs(clock.nowMs() - event.atMs);

  async function fetchKeys(): Promise<void> {
    try {
      const pick = createLocalJWKSet(await load());
      loaded = { pick, atMs: clock.nowMs() };
      failed = undefined;
    } catch (cause) {
      failed = { error: new IssuerUnavailable(issuer, { cause }), atMs: clock.nowMs() };
      throw failed.error;
    }
  }

  async function refresh(): Promise<void> {
    if (underway === undefined) {
      if (failed !== undefined && sinceMs(failed) < FAILURE_MS) throw failed.error;
      underway = fetchKeys().finally(() => {
        underway = undefined;
      });
    }
    await underway;
  }

  async function current(): Promise<JWTVerifyGetKey> {
    if (sinceMs(loaded) >= FRESH_MS) {
      try {
        await refresh();
      } catch (error) {
        if (sinceMs(loaded) >= KEEP_MS) throw error;
      }
    }
    if (loaded === undefined) throw new IssuerUnavailable(issuer);
    return loaded.pick;
  }

  return {
    async keys(header, token) {
      const pick = await current();
      try {
        return await pick(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        if (sinceMs(loaded) < UNKNOWN_KEY_MS) throw error;
      }
      await refresh();
      return (await current())(header, token);
    },

    async ready() {
      try {
        await current();
        return { ready: true };
      } catch (error) {
        const { message, cause } = error as Error;
        return { ready: false, reason: cause instanceof Error ? cause.message : message };
      }
    },
  };
}
