-- Commits a group of updates: of each user the record, the due entry, the feed entries and the history, or none of
-- these if the record is no longer the one that the update was made from. Run again, it leaves alone what it
-- wrote the first time: that has its version.
--
-- KEYS[1] state: hash with `server`, `floor` and `beat`, and `last`, the feed's last counter
-- KEYS[2] feed: stream, ids are counters
-- KEYS[3] due: sorted set, user by instant
-- KEYS[4] users: sorted set, all users at 0
-- KEYS[5] idle: sorted set, users whose record has nothing left to say by the instant it expires
-- KEYS[6...] records, one for each draft; each ends in the 32 bytes of its user
--
-- ARGV[1] channel of the feed
-- ARGV[2] until when nobody has given it up, Unix time in ms
-- ARGV[3] floor that the updates were made with
-- ARGV[4] version that the records get, 8 bytes, used by no other commit
-- ARGV[5] how long a record with nothing left to say is kept, ms
-- ARGV[6] who says so on the channel
-- ARGV[7] how many replicas must have it, 0 for none
-- ARGV[8] what the key of a history begins with; the 32 bytes of the user follow
-- ARGV[9] number of drafts
-- Then for each draft:
--   version of the record it was made from, '' for none
--   record, '' to compare only
--   instant of the due entry, '' for none, '=' to leave it as it is
--   number of the last change if it has nothing left to say, '' if it has again, '=' if it had and has
-- Then for each feed entry:
--   which draft it is of, from 1
--   entry
--   number of its change, '' where it is nobody's history
--
-- Returns what became of it and Redis' Unix time in ms:
--   0 it is too late, nothing was written
--   1 it was carried out; number and value (nil for none) of each draft that wasn't written follow
--   2 the floor is another one, or has to be asked for (begin.lua), so nothing was written now; what follows
--     are the drafts that weren't written before either
-- or the error NOREPLICAS: fewer replicas than must have it were heard lately, so nothing was written

local FIXED_KEYS = 5
local VERSION_BYTES = 8
local USER_BYTES = 32
local SWEPT = 16

-- Replicas tell each second how far they are. One that is silent for longer than this confirms nothing in time; and it is
-- less by far than what the numbers of a server that took over are ahead by (begin.lua).
local SILENT_S = 3

local function text(number) return string.format('%.0f', number) end

local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local now_ms = math.floor(now_us / 1000)
if now_ms > tonumber(ARGV[2]) then return {0, now_ms} end

local info = redis.call('INFO', 'server', 'replication')
local server = string.match(info, 'run_id:(%x+)') .. string.match(info, 'master_replid:(%x+)')

-- Who was cut off from its replicas may have been replaced and not know it. It must not go on giving numbers: readers who
-- still reach it would see them, and in time the other server gives the same.
local needed, heard = tonumber(ARGV[7]), 0
if needed > 0 then
  for lag in string.gmatch(info, 'state=online,[^\r\n]-lag=(%d+)') do
    if tonumber(lag) <= SILENT_S then heard = heard + 1 end
  end
  if heard < needed then
    return redis.error_reply('NOREPLICAS ' .. heard .. ' of ' .. needed .. ' replicas follow it')
  end
end

local state = redis.call('HMGET', KEYS[1], 'server', 'floor', 'last')
local is_current = state[1] == server and state[2] == ARGV[3]

local version = ARGV[4]
local drafts = tonumber(ARGV[9])
local reply = {is_current and 1 or 2, now_ms}
-- Drafts whose feed entries aren't to be added: refused, or carried out before.
local skipped = {}
local wrote = false

local at = 10
for draft = 1, drafts do
  local key = KEYS[FIXED_KEYS + draft]
  local expected, record, due, idle = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  at = at + 4
  local value = redis.call('GET', key)
  local found = value and string.sub(value, 1, VERSION_BYTES) or ''
  if found == version then
    skipped[draft] = true
  elseif found ~= expected or not is_current then
    skipped[draft] = true
    reply[#reply + 1] = draft
    reply[#reply + 1] = value
  elseif record ~= '' then
    local user = string.sub(key, -USER_BYTES)
    wrote = true
    redis.call('SET', key, version .. record)
    if expected == '' then redis.call('ZADD', KEYS[4], 0, user) end
    if due == '' then
      redis.call('ZREM', KEYS[3], user)
    elseif due ~= '=' then
      redis.call('ZADD', KEYS[3], due, user)
    end
    if idle == '' then
      redis.call('ZREM', KEYS[5], user)
    elseif idle ~= '=' then
      -- Not before the clock is past the last number: a new record's numbers begin at the clock.
      local expires = text(math.max(now_ms, tonumber(idle)) + tonumber(ARGV[5]))
      redis.call('PEXPIREAT', key, expires)
      redis.call('ZADD', KEYS[5], expires, user)
    end
  end
end

if at <= #ARGV then
  -- The clock, and the floor, so that counters of entries that Redis lost are not given again to others.
  local found = tonumber(state[3] or 0)
  local last = math.max(found, now_us - 1, tonumber(state[2] or 0) * 1000)
  local before = last
  for entry = at, #ARGV, 3 do
    local draft, number = tonumber(ARGV[entry]), ARGV[entry + 2]
    if not skipped[draft] then
      last = last + 1
      local counter = text(last)
      redis.call('XADD', KEYS[2], counter .. '-0', 'e', ARGV[entry + 1])
      if number ~= '' then
        local history = ARGV[8] .. string.sub(KEYS[FIXED_KEYS + draft], -USER_BYTES)
        redis.call('RPUSH', history, number, counter)
      end
    end
  end
  if last > before then
    redis.call('HSET', KEYS[1], 'last', text(last))
    -- A hint; who may not give one has written all the same.
    redis.pcall('SPUBLISH', ARGV[1], ARGV[6])
  end
end

if wrote then
  -- Records that expired leave the index of users. As many as can have come with this group, and some more.
  local prefix = string.sub(KEYS[FIXED_KEYS + 1], 1, -USER_BYTES - 1)
  local expired = redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', now_ms, 'LIMIT', 0, drafts + SWEPT)
  for _, user in ipairs(expired) do
    if redis.call('EXISTS', prefix .. user) == 0 then
      redis.call('ZREM', KEYS[4], user)
      redis.call('ZREM', KEYS[5], user)
    end
  end
else
  -- What was only compared may be another server's write that no replica has yet: who waits for the replicas
  -- waits for the last write sent down the same connection, so there has to be one after that.
  redis.call('HSET', KEYS[1], 'beat', '')
end
return reply
