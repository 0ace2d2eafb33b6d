-- Reads what has changed in a collection of documents since a revision, or all of it.
--
-- KEYS[1] state: hash with `revision` and `unlogged`
-- KEYS[2] collection: hash, document by id
-- KEYS[3] its changes: sorted set, id by the revision that changed it last
-- ARGV[1] revision, '' for none
-- ARGV[2] server that gave it
--
-- Returns whether all is given (1 or 0), revision and server to go on from, and ids and documents in turn, nil for
-- a document that is gone. All is given too when the revision is of another server, which may have had writes that
-- this one lacks, or is older than what is known of the changes.

local info = redis.call('INFO', 'server', 'replication')
local server = string.match(info, 'run_id:(%x+)') .. string.match(info, 'master_replid:(%x+)')

local found = redis.call('HMGET', KEYS[1], 'revision', 'unlogged')
local revision = found[1] or '0'
local since = tonumber(ARGV[1])
local is_known = since and ARGV[2] == server
  and since <= tonumber(revision) and since >= tonumber(found[2] or 0)
if not is_known then return {1, revision, server, redis.call('HGETALL', KEYS[2])} end
local documents = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. ARGV[1], '+inf')) do
  documents[#documents + 1] = id
  documents[#documents + 1] = redis.call('HGET', KEYS[2], id)
end
return {0, revision, server, documents}
