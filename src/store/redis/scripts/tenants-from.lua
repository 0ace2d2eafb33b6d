-- Lists tenants of which some user has a record, in the order of their ids. A record may have expired before
-- its user left the index.
--
-- KEYS[1] users: sorted set, all users at 0; each is 16 bytes of the tenant and 16 of the user
-- ARGV[1] where to begin, as ZRANGEBYLEX takes it
-- ARGV[2] how many users to look at, at most: Redis does nothing else meanwhile
-- ARGV[3] what a record's key begins with; the 32 bytes of the user follow
--
-- Returns where to go on, '' at the end, and the tenants.

local TENANT_BYTES = 16

local from = ARGV[1]
local tenants = {}
for _ = 1, tonumber(ARGV[2]) do
  local user = redis.call('ZRANGEBYLEX', KEYS[1], from, '+', 'LIMIT', 0, 1)[1]
  if not user then return {'', tenants} end
  if redis.call('EXISTS', ARGV[3] .. user) == 1 then
    local tenant = string.sub(user, 1, TENANT_BYTES)
    tenants[#tenants + 1] = tenant
    -- Past all of its users.
    from = '(' .. tenant .. string.rep('\255', TENANT_BYTES) .. '\0'
  else
    from = '(' .. user
  end
end
return {from, tenants}
