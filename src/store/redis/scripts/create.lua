-- Makes a new store, unless there is one.
--
-- KEYS[1]    meta
-- KEYS[2...] keys that no database without a store has
-- ARGV       fields and values of a new store's meta
--
-- Returns whether it was made now (1 or 0), and the meta that is there now, fields and values in turn; nothing
-- where there is none, but some of the other keys.

local is_new = redis.call('EXISTS', KEYS[1]) == 0
if is_new then
  for at = 2, #KEYS do
    if redis.call('EXISTS', KEYS[at]) == 1 then return {} end
  end
  redis.call('HSET', KEYS[1], unpack(ARGV))
end
return {is_new and 1 or 0, redis.call('HGETALL', KEYS[1])}
