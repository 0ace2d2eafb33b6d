-- Renews a lease; also one that ran out, unless somebody else has had it since. Writes in any case, so that
-- it fails when Redis takes no writes.
--
-- KEYS[1] lease
-- KEYS[2] fence: the number of the last taking
-- ARGV[1] value of the lease
-- ARGV[2] how long it then holds, ms
--
-- Returns {1, Redis' Unix time in ms}, or {0, value of the other's lease, or nil if there is none}.

local value = redis.call('GET', KEYS[1])
if value and value ~= ARGV[1] then return {0, value} end
if redis.call('GET', KEYS[2]) ~= string.match(ARGV[1], '^%d+') then return {0, false} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local time = redis.call('TIME')
return {1, time[1] * 1000 + math.floor(time[2] / 1000)}
