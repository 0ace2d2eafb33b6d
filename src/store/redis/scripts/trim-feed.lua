-- Forgets the feed up to a counter, and keeps that it did.
--
-- KEYS[1] lease
-- KEYS[2] state: hash with `forgotten`, the last counter that was
-- KEYS[3] feed: stream, ids are counters
-- ARGV[1] value of our lease
-- ARGV[2] counter of the last entry to forget
--
-- Returns {1}, or {0} when the lease isn't ours.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {0} end
redis.call('XTRIM', KEYS[3], 'MINID', ARGV[2] .. '-1')
redis.call('HSET', KEYS[2], 'forgotten', ARGV[2])
return {1}
