-- SPDX-License-Identifier: Apache-2.0
-- Replies to topics in turn. Arguments: the session's token, then ids of topics.
local topics = {}
local token
local count = 0
function init(args)
  token = args[1]
  for i = 2, #args do topics[#topics + 1] = args[i] end
end
function request()
  count = count + 1
  local body = '{"raw":"A reply of a usual length, the ' .. count ..
    'th of its writer: it agrees with *most* of what was said, and asks one thing more."}'
  return wrk.format("POST", "/api/v1/topics/" .. topics[count % #topics + 1] .. "/posts",
    {["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json"}, body)
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(95), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
