-- Enters some of the feed in the histories of its users: an earlier Porchlight kept none.
--
-- KEYS[1] state: hash with `entered`, how far that is; 'all' once it is done
-- KEYS[2...] histories: lists, of each change its number and its counter
-- ARGV[1] how far it must be, '' for not begun
-- ARGV[2] how far it is then
-- Then for each change:
--   which history it is of, from 1
--   its number
--   its counter
--
-- Returns how far it is: further, where another server was there before.

local entered = redis.call('HGET', KEYS[1], 'entered') or ''
if entered ~= ARGV[1] then return entered end
for at = 3, #ARGV, 3 do
  local history = KEYS[1 + ARGV[at]]
  -- It is there already where Redis lost how far this was.
  local last = redis.call('LINDEX', history, -1)
  if not last or tonumber(last) < tonumber(ARGV[at + 2]) then
    redis.call('RPUSH', history, ARGV[at + 1], ARGV[at + 2])
  end
end
redis.call('HSET', KEYS[1], 'entered', ARGV[2])
return ARGV[2]
