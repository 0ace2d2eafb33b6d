-- Takes the lease of a partition, unless another server has it. Each taking gets a fence greater than all before,
-- by the clock and the floor also than those that Redis lost.
--
-- KEYS[1] lease: fence and server, with a space between
-- KEYS[2] state: hash with `fence`, that of the last taking, and `server` and `floor`
-- ARGV[1] who takes it
-- ARGV[2] how long it holds if it isn't renewed, ms
--
-- Returns the fence; 0 when another has it, -1 when the floor has to be asked for (begin.lua).

local value = redis.call('GET', KEYS[1])
if value and string.match(value, '^%d+ (.*)$') ~= ARGV[1] then return 0 end

local info = redis.call('INFO', 'server', 'replication')
local server = string.match(info, 'run_id:(%x+)') .. string.match(info, 'master_replid:(%x+)')
local state = redis.call('HMGET', KEYS[2], 'server', 'floor', 'fence')
if state[1] ~= server then return -1 end

local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local fence = math.max(tonumber(state[3] or 0) + 1, now_us, tonumber(state[2]) * 1000)
local text = string.format('%.0f', fence)
redis.call('HSET', KEYS[2], 'fence', text)
redis.call('SET', KEYS[1], text .. ' ' .. ARGV[1], 'PX', ARGV[2])
return fence
