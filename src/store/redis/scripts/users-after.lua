-- Lists users that have a record, in the order of their ids. A record may have expired before its user
-- left the index.
--
-- KEYS[1] users: sorted set, all users at 0
-- ARGV[1] where to begin, as ZRANGEBYLEX takes it
-- ARGV[2] where to end, likewise
-- ARGV[3] how many at most
-- ARGV[4] what a record's key begins with; the 32 bytes of the user follow
--
-- Returns the users.

local limit = tonumber(ARGV[3])
local from = ARGV[1]
local users = {}
while #users < limit do
  local page = redis.call('ZRANGEBYLEX', KEYS[1], from, ARGV[2], 'LIMIT', 0, limit)
  for _, user in ipairs(page) do
    if #users < limit and redis.call('EXISTS', ARGV[4] .. user) == 1 then users[#users + 1] = user end
  end
  if #page < limit then break end
  from = '(' .. page[#page]
end
return users
