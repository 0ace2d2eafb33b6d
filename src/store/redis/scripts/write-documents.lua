-- Makes edits of documents, all or none.
--
-- KEYS[1]    lease
-- KEYS[2...] collections: hashes, document by id
-- ARGV[1]    value of our lease
-- Then for each edit:
--   which collection, from 1
--   id
--   document, '' to forget it
--
-- Returns {1}, or {0, value of the lease, or nil if there is none} when the lease isn't ours.

local lease = redis.call('GET', KEYS[1])
if lease ~= ARGV[1] then return {0, lease} end
for at = 2, #ARGV, 3 do
  local collection = KEYS[1 + tonumber(ARGV[at])]
  if ARGV[at + 2] == '' then
    redis.call('HDEL', collection, ARGV[at + 1])
  else
    redis.call('HSET', collection, ARGV[at + 1], ARGV[at + 2])
  end
end
return {1}
