-- Renews a lease, if it is still its holder's. One that ran out is not: others may have been told so.
--
-- KEYS[1] lease
-- ARGV[1] value of the lease
-- ARGV[2] how long it then holds, ms
--
-- Returns 1, or 0 when it has another value.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
