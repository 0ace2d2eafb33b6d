-- Forgets the feed up to a counter, and what histories have of it, and keeps that it did.
--
-- KEYS[1] state: hash with `forgotten`, the last counter that was, and `forgottenMs`, the latest instant
-- KEYS[2] feed: stream, ids are counters
-- ARGV[1] counter of the last entry to forget
-- ARGV[2] the latest instant of those to forget, Unix time in ms
-- ARGV[3] what the key of a history begins with
-- Then for each user who has some of these entries:
--   the user, 32 bytes
--   how many
--
-- Returns how many it forgot: others may have been there before.

local upto = tonumber(ARGV[1])
local state = redis.call('HMGET', KEYS[1], 'forgotten', 'forgottenMs')
if tonumber(state[1] or 0) < upto then redis.call('HSET', KEYS[1], 'forgotten', ARGV[1]) end
if tonumber(state[2] or 0) < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], 'forgottenMs', ARGV[2])
end

for at = 4, #ARGV, 2 do
  local history = ARGV[3] .. ARGV[at]
  local count = tonumber(ARGV[at + 1])
  -- Fewer are left where others were there before.
  while count > 0 do
    local counter = redis.call('LINDEX', history, 2 * count - 1)
    if counter and tonumber(counter) <= upto then
      redis.call('LPOP', history, 2 * count)
      break
    end
    count = count - 1
  end
end
return redis.call('XTRIM', KEYS[2], 'MINID', ARGV[1] .. '-1')
