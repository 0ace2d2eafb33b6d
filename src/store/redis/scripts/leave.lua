-- Says that a server goes.
--
-- KEYS[1] members: sorted set
-- ARGV[1] the server

return redis.call('ZREM', KEYS[1], ARGV[1])
