-- Gets a partition ready for writes on this server. A server that takes over from another, or starts again,
-- may lack what was confirmed last; on one that the partition wasn't written on before, whatever was given out by
-- its clock and counts must therefore begin above all that can have been given before.
--
-- KEYS[1] state: hash with `server`, and `floor`, Unix time in ms
-- ARGV[1] 1 when the store was made just now, so that nothing can have been given before
--
-- Returns the floor and Redis' Unix time in ms.

-- By how much the clock of the server before can have been ahead of this one's.
local AHEAD_MS = 10000

-- The second changes also when a server is made the primary again without having been started again.
local info = redis.call('INFO', 'server', 'replication')
local server = string.match(info, 'run_id:(%x+)') .. string.match(info, 'master_replid:(%x+)')

local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local found = redis.call('HMGET', KEYS[1], 'server', 'floor')
local floor = tonumber(found[2] or 0)
if found[1] ~= server then
  if found[1] or ARGV[1] ~= '1' then floor = math.max(floor, now_ms + AHEAD_MS) end
  redis.call('HSET', KEYS[1], 'server', server, 'floor', string.format('%.0f', floor))
end
return {floor, now_ms}
