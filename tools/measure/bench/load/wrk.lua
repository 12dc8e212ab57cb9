-- What wrk sends: one request, or the same request with a changing part.
--   wrk -s wrk.lua … <base URL> -- method=GET path=/… body=… header=<name>: <value> … first=1 count=20
-- In path, header and body, {n} is a number from `first` on, again from there after `count` numbers (0: never).
local method, path, body = "GET", "/", nil
local headers = {}
local first, count = 1, 0

local function fill(text, n)
  if text == nil then return nil end
  return (text:gsub("{n}", string.format("%d", n)))
end

local function request_of(n)
  local filled = {}
  for name, value in pairs(headers) do filled[name] = fill(value, n) end
  return wrk.format(method, fill(path, n), filled, fill(body, n))
end

-- Repeated requests are built once: the generator must need little CPU compared with the server.
local ready = {}
local at = 0

function init(args)
  for _, arg in ipairs(args) do
    local key, value = arg:match("^(%w+)=(.*)$")
    if key == "method" then method = value
    elseif key == "path" then path = value
    elseif key == "body" then body = value
    elseif key == "first" then first = tonumber(value)
    elseif key == "count" then count = tonumber(value)
    elseif key == "header" then
      local name, text = value:match("^([^:]+): (.*)$")
      headers[name] = text
    end
  end
  for n = first, first + count - 1 do ready[#ready + 1] = request_of(n) end
end

function request()
  at = at + 1
  if count == 0 then return request_of(first + at - 1) end
  return ready[(at - 1) % count + 1]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"us":%d,"bytes":%d,"errors":%d,"refused":%d,"p50Us":%d,"p99Us":%d}\n',
    summary.requests, summary.duration, summary.bytes,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status,
    latency:percentile(50), latency:percentile(99)))
end
