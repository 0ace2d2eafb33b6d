-- Says that a store has what one of this version has.
--
-- KEYS[1] meta: hash with `schema`
-- ARGV[1] this version's schema
--
-- Returns the schema it is of now.

local schema = redis.call('HGET', KEYS[1], 'schema')
if not schema or tonumber(schema) >= tonumber(ARGV[1]) then return schema end
redis.call('HSET', KEYS[1], 'schema', ARGV[1])
return ARGV[1]
