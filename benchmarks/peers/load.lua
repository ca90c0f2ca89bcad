-- What wrk sends, and what it tells: requests of a file, by turns or at random, or new walks.
--
--   wrk … -s load.lua URL -- FILE [walks]
--
-- The file has a line for each request: its path and a token, or - for none. With `walks` each is
-- the POST of a walk with a new id, by the holder of the token.

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(arguments)
  requests, tokens, sent = {}, {}, 0
  writes = arguments[2] == "walks"
  math.randomseed(os.time() * 64 + number)
  stamp = string.format("%08x-%04x", os.time() % 0x100000000, math.random(0, 0xffff))
  today = os.date("!%Y-%m-%dT")
  for line in io.lines(arguments[1]) do
    local path, token = line:match("^(%S+) (%S+)$")
    local headers = {}
    if token ~= "-" then headers["Authorization"] = "Bearer " .. token end
    if writes then headers["Content-Type"] = "application/json" end
    tokens[#tokens + 1] = headers
    if not writes then requests[#requests + 1] = wrk.format("GET", path, headers) end
    target = path
  end
end

function request()
  sent = sent + 1
  if not writes then return requests[math.random(#requests)] end
  local start = sent % 60000
  local body = string.format(
    '{"id":"%s-4%03x-8%03x-%012x","startedAt":"%s00:%02d:%02d.%03dZ","distanceMeters":%d,'
      .. '"durationSeconds":3600,"source":"bench"}',
    stamp, number, math.floor(sent / 0x1000000) % 0x1000, sent % 0x1000000, today,
    math.floor(start / 1000), start % 60, start % 1000, 1000 + sent % 5000)
  return wrk.format("POST", target, tokens[math.random(#tokens)], body)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    "count %d rate %.1f p50 %.3f p95 %.3f p99 %.3f errors %d\n", summary.requests,
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
