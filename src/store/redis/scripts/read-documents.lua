-- Reads a collection of documents.
--
-- KEYS[1] collection: hash, document by id
--
-- Returns ids and documents in turn.

return redis.call('HGETALL', KEYS[1])
