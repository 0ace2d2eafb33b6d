-- Says that a server is there.
--
-- KEYS[1] members: sorted set, servers by the instant they are taken for gone
-- ARGV[1] the server
-- ARGV[2] how long it is known to be there, ms
--
-- Returns who is there.

local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], string.format('%.0f', now_ms + tonumber(ARGV[2])), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now_ms))
return redis.call('ZRANGE', KEYS[1], 0, -1)
