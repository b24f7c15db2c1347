-- SPDX-License-Identifier: Apache-2.0
-- The paths of a file in turn. Argument: the file, one path a line.
local paths = {}
local count = 0
function init(args)
  for line in io.lines(args[1]) do paths[#paths + 1] = line end
end
function request()
  count = count + 1
  return wrk.format("GET", paths[(count - 1) % #paths + 1])
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(95), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
