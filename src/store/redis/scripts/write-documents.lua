-- Makes edits of documents, all or none. Run again, it finds that it was run before.
--
-- KEYS[1] lease
-- KEYS[2] state: hash with `revision`, `unlogged` and `beat`
-- KEYS[3] writes: sorted set, versions of the last writes by their instant
-- KEYS[4, 6...] collections: hashes, document by id
-- KEYS[5, 7...] their changes: sorted sets, id by the revision that changed it last
-- ARGV[1] channel of the documents
-- ARGV[2] until when nobody has given it up, Unix time in ms
-- ARGV[3] value that the lease must have, '' for any
-- ARGV[4] how long changes are remembered, µs
-- ARGV[5] who says so on the channel
-- ARGV[6] version of this write, used by no other
-- ARGV[7] number of collections
-- Then for each edit:
--   which collection, from 1
--   id
--   document, '' to forget it
--   document that must be there, '-' for none, '' for whatever is
--
-- Returns what became of it, and Redis' Unix time in ms:
--   0 it is too late
--   1 it was carried out
--   2 the lease has another value
--   3 another document is there than an edit says; number of that edit, from 1, follows

local FIXED_ARGS = 7

-- Nobody sends a write again later than that.
local REMEMBERED_MS = 60000

local function text(number) return string.format('%.0f', number) end

local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local now_ms = math.floor(now_us / 1000)
if redis.call('ZSCORE', KEYS[3], ARGV[6]) then
  -- So that waiting for the replicas, by another connection this time, waits for something.
  redis.call('HSET', KEYS[2], 'beat', '')
  return {1, now_ms}
end
if now_ms > tonumber(ARGV[2]) then return {0, now_ms} end
if ARGV[3] ~= '' and redis.call('GET', KEYS[1]) ~= ARGV[3] then return {2, now_ms} end

for at = FIXED_ARGS + 1, #ARGV, 4 do
  local was = ARGV[at + 3]
  if was ~= '' then
    local found = redis.call('HGET', KEYS[2 + 2 * ARGV[at]], ARGV[at + 1])
    if (found or '-') ~= was then return {3, now_ms, (at - FIXED_ARGS + 3) / 4} end
  end
end

redis.call('ZADD', KEYS[3], text(now_ms), ARGV[6])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', text(now_ms - REMEMBERED_MS))

local found = redis.call('HMGET', KEYS[2], 'revision', 'unlogged')
local revision = math.max(tonumber(found[1] or 0) + 1, now_us)
for at = FIXED_ARGS + 1, #ARGV, 4 do
  local collection = 2 + 2 * ARGV[at]
  local id, document = ARGV[at + 1], ARGV[at + 2]
  if document == '' then
    redis.call('HDEL', KEYS[collection], id)
  else
    redis.call('HSET', KEYS[collection], id, document)
  end
  redis.call('ZADD', KEYS[collection + 1], text(revision), id)
end
redis.call('HSET', KEYS[2], 'revision', text(revision))

-- Only what is forgotten of all there is: a reader that is further on misses nothing by it.
local unlogged = tonumber(found[2] or 0)
local until_us = text(revision - tonumber(ARGV[4]))
for collection = 1, tonumber(ARGV[7]) do
  local changed = KEYS[3 + 2 * collection]
  local old = redis.call('ZREVRANGEBYSCORE', changed, until_us, '-inf', 'WITHSCORES', 'LIMIT', 0, 1)
  if old[2] then
    redis.call('ZREMRANGEBYSCORE', changed, '-inf', until_us)
    unlogged = math.max(unlogged, tonumber(old[2]))
    redis.call('HSET', KEYS[2], 'unlogged', text(unlogged))
  end
end
redis.pcall('SPUBLISH', ARGV[1], ARGV[5])
return {1, now_ms}
