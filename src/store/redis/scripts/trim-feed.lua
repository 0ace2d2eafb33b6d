-- Forgets the feed up to a counter, and keeps that it did.
--
-- KEYS[1] state: hash with `forgotten`, the last counter that was
-- KEYS[2] feed: stream, ids are counters
-- ARGV[1] counter of the last entry to forget
--
-- Returns how many it forgot: others may have been there before.

local forgotten = tonumber(redis.call('HGET', KEYS[1], 'forgotten') or 0)
if forgotten < tonumber(ARGV[1]) then redis.call('HSET', KEYS[1], 'forgotten', ARGV[1]) end
return redis.call('XTRIM', KEYS[2], 'MINID', ARGV[1] .. '-1')
