-- Lets go of a lease, if it is still ours.
--
-- KEYS[1] lease
-- ARGV[1] value of the lease
--
-- Returns how many it let go of.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
