-- Makes edits of documents, all or none.
--
-- KEYS[1]    lease
-- KEYS[2...] collections: hashes, document by id
-- ARGV[1]    value of our lease
-- ARGV[2]    until when nobody has given it up, Unix time in ms
-- Then for each edit:
--   which collection, from 1
--   id
--   document, '' to forget it
--
-- Returns {1}, or {0} when the lease isn't ours or it is too late.

local time = redis.call('TIME')
local is_late = time[1] * 1000 + time[2] / 1000 > tonumber(ARGV[2])
if redis.call('GET', KEYS[1]) ~= ARGV[1] or is_late then return {0} end
for at = 3, #ARGV, 3 do
  local collection = KEYS[1 + tonumber(ARGV[at])]
  if ARGV[at + 2] == '' then
    redis.call('HDEL', collection, ARGV[at + 1])
  else
    redis.call('HSET', collection, ARGV[at + 1], ARGV[at + 2])
  end
end
return {1}
