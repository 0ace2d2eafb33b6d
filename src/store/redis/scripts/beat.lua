-- Finds out whether Redis takes writes. Writes in any case.
--
-- KEYS[1] state: hash
-- KEYS[2] meta, where it is to be looked after: it is put back when it was lost with all else
-- ARGV    fields and values of the meta
--
-- Returns the number of partitions that the meta says, '' where it isn't looked at.

redis.call('HSET', KEYS[1], 'beat', '')
if not KEYS[2] then return '' end
if redis.call('EXISTS', KEYS[2]) == 0 then redis.call('HSET', KEYS[2], unpack(ARGV)) end
return redis.call('HGET', KEYS[2], 'partitions')
