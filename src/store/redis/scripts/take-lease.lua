-- Takes the lease of a partition, if it is free. Each taking gets a number greater than all before.
--
-- KEYS[1] lease
-- KEYS[2] fence: the number of the last taking
-- ARGV[1] who takes it, as text
-- ARGV[2] how long it holds if it isn't renewed, ms
--
-- Returns {1, value of the lease, Redis' Unix time in ms}, or {0, value it has, how long it still holds in ms}.

local value = redis.call('GET', KEYS[1])
if value then return {0, value, redis.call('PTTL', KEYS[1])} end
value = redis.call('INCR', KEYS[2]) .. ' ' .. ARGV[1]
redis.call('SET', KEYS[1], value, 'PX', ARGV[2])
local time = redis.call('TIME')
return {1, value, time[1] * 1000 + math.floor(time[2] / 1000)}
