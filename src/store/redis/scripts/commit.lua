-- Commits a group of updates: of each user the record, the due entry and the feed entries, or none of
-- these if the record is no longer the one that the update was made from.
--
-- KEYS[1] lease
-- KEYS[2] state: hash with `last`, the feed's last counter
-- KEYS[3] feed: stream, ids are counters
-- KEYS[4] due: sorted set, user by instant
-- KEYS[5] users: sorted set, all users at 0
-- KEYS[6] idle: sorted set, users whose record has nothing left to say by the instant it expires
-- KEYS[7...] records, one for each draft; each ends in the 32 bytes of its user
--
-- ARGV[1] value of our lease
-- ARGV[2] until when nobody has given it up, Unix time in ms
-- ARGV[3] version that the records get, 8 bytes
-- ARGV[4] how long a record with nothing left to say is kept, ms
-- ARGV[5] number of drafts
-- Then for each draft:
--   version of the record it was made from, '' for none
--   record, '' to compare only
--   instant of the due entry, '' for none, '=' to leave it as it is
--   number of the last change if it has nothing left to say, '' if it has again, '=' if it had and has
-- Then for each feed entry:
--   which draft it is of, from 1
--   entry
--
-- Returns {1}, with number and value (nil for none) of each draft that wasn't written appended; or
-- {0} when the lease isn't ours or it is too late, and nothing was written.

local FIXED_KEYS = 6
local VERSION_BYTES = 8
local USER_BYTES = 32
local SWEPT = 16

local function text(number) return string.format('%.0f', number) end

local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local now_ms = math.floor(now_us / 1000)
if redis.call('GET', KEYS[1]) ~= ARGV[1] or now_ms > tonumber(ARGV[2]) then return {0} end

local version = ARGV[3]
local drafts = tonumber(ARGV[5])
local reply = {1}
local refused = {}
local wrote = false

local at = 6
for draft = 1, drafts do
  local key = KEYS[FIXED_KEYS + draft]
  local expected, record, due, idle = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  at = at + 4
  local value = redis.call('GET', key)
  if (value and string.sub(value, 1, VERSION_BYTES) or '') ~= expected then
    refused[draft] = true
    reply[#reply + 1] = draft
    reply[#reply + 1] = value
  elseif record ~= '' then
    local user = string.sub(key, -USER_BYTES)
    wrote = true
    redis.call('SET', key, version .. record)
    if expected == '' then redis.call('ZADD', KEYS[5], 0, user) end
    if due == '' then
      redis.call('ZREM', KEYS[4], user)
    elseif due ~= '=' then
      redis.call('ZADD', KEYS[4], due, user)
    end
    if idle == '' then
      redis.call('ZREM', KEYS[6], user)
    elseif idle ~= '=' then
      -- Not before the clock is past the last number: a new record's numbers begin at the clock.
      local expires = text(math.max(now_ms, tonumber(idle)) + tonumber(ARGV[4]))
      redis.call('PEXPIREAT', key, expires)
      redis.call('ZADD', KEYS[6], expires, user)
    end
  end
end

if at <= #ARGV then
  -- The clock, so that counters of entries that Redis lost are not given again to others.
  local last = math.max(tonumber(redis.call('HGET', KEYS[2], 'last') or 0), now_us - 1)
  local found = last
  for entry = at, #ARGV, 2 do
    if not refused[tonumber(ARGV[entry])] then
      last = last + 1
      redis.call('XADD', KEYS[3], text(last) .. '-0', 'e', ARGV[entry + 1])
    end
  end
  if last > found then redis.call('HSET', KEYS[2], 'last', text(last)) end
end

-- Records that expired leave the index of users. As many as can have come with this group, and some more.
if wrote then
  local prefix = string.sub(KEYS[FIXED_KEYS + 1], 1, -USER_BYTES - 1)
  local expired = redis.call('ZRANGEBYSCORE', KEYS[6], '-inf', now_ms, 'LIMIT', 0, drafts + SWEPT)
  for _, user in ipairs(expired) do
    if redis.call('EXISTS', prefix .. user) == 0 then
      redis.call('ZREM', KEYS[5], user)
      redis.call('ZREM', KEYS[6], user)
    end
  end
end
return reply
