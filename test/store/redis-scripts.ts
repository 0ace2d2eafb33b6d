import { createHash } from 'node:crypto';
import type { Script } from '../../src/store/redis/script.ts';

function scriptOf(text: string, writes = true): Script {
  return { text, sha1: createHash('sha1').update(text).digest('hex'), writes };
}

/** Running it twice puts a member there twice. */
export const PUSH = scriptOf("return redis.call('RPUSH', KEYS[1], ARGV[1])");

/** Running it twice is the same as once. */
export const ADD = scriptOf("return redis.call('SADD', KEYS[1], ARGV[1])");

export const LENGTH = scriptOf("return redis.call('LLEN', KEYS[1])", false);

export const TELL = scriptOf("return redis.call('SPUBLISH', KEYS[1], '')");
