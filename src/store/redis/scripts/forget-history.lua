-- Takes changes of a user out of their history and out of the feed, the oldest first. Run again, it takes the next.
--
-- KEYS[1] state: hash with `beat`
-- KEYS[2] feed: stream, ids are counters
-- KEYS[3] history: list, of each change its number and its counter
-- ARGV[1] until when nobody has given it up, Unix time in ms
-- ARGV[2] how many at most
--
-- Returns what became of it, Redis' Unix time in ms, and how many it took:
--   0 it is too late, nothing was taken
--   1 it was carried out

local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
if now_ms > tonumber(ARGV[1]) then return {0, now_ms, 0} end

local places = redis.call('LPOP', KEYS[3], 2 * ARGV[2]) or {}
for at = 2, #places, 2 do redis.call('XDEL', KEYS[2], places[at] .. '-0') end
-- So that waiting for the replicas waits for something, also when there was nothing left.
redis.call('HSET', KEYS[1], 'beat', '')
return {1, now_ms, #places / 2}
