-- Reads changes of a user from one number on.
--
-- KEYS[1] state: hash with `forgottenMs`
-- KEYS[2] feed: stream, ids are counters
-- KEYS[3] history: list, of each change its number and its counter, in the order of both
-- ARGV[1] the least number
-- ARGV[2] how many at most
--
-- Returns the latest instant that was forgotten ('' for none), and counters and feed entries in turn.

local from, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local least, most = 0, redis.call('LLEN', KEYS[3]) / 2
while least < most do
  local middle = math.floor((least + most) / 2)
  if tonumber(redis.call('LINDEX', KEYS[3], 2 * middle)) < from then
    least = middle + 1
  else
    most = middle
  end
end

local reply = {redis.call('HGET', KEYS[1], 'forgottenMs') or ''}
if limit < 1 then return reply end
local places = redis.call('LRANGE', KEYS[3], 2 * least, 2 * (least + limit) - 1)
for at = 2, #places, 2 do
  local id = places[at] .. '-0'
  local found = redis.call('XRANGE', KEYS[2], id, id)[1]
  if found then
    reply[#reply + 1] = places[at]
    reply[#reply + 1] = found[2][2]
  end
end
return reply
