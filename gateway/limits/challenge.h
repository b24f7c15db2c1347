// SPDX-License-Identifier: Apache-2.0
// A puzzle for the browsers of guests while the community is under attack: find a number whose
// SHA-256 together with a seed begins with enough zero bits. Nothing is kept: puzzle and pass are
// signed (HMAC-SHA256) and bound to the client's address (IPv6: its /64) and a time. A solution can
// be shown again within its two minutes, by the same address. Thread-safe.
// Metric: forium_gateway_challenges_total{result}.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gateway/http/message.h"
#include "gateway/limits/config.h"
#include "gateway/limits/route_class.h"

namespace forium::gateway {

class BrowserChallenge {
 public:
  using Clock = std::function<absl::Time()>;
  // `secure`: the pass is a cookie for https only.
  BrowserChallenge(const LimitsConfig& config, bool secure, Clock clock = absl::Now);

  // Answers below /.well-known/forium/: the script and style of notices; the puzzle as JSON (GET
  // challenge), for programs; a solution (POST challenge, a form of `token` and `solution`): 204
  // and the pass. Nothing for other paths. Needs no identity and asks nobody.
  std::optional<Response> Serve(const Request& request) const;

  // Whether the request must show a pass and has none. Signed-in users, files, feeds and
  // /.well-known/ need none; a token that is not known yet is believed for now: ask again when it
  // is known.
  bool Wanted(const Request& request, bool under_attack) const;
  // For a browser's navigation the page that solves it, for others a problem document: 503.
  Response Ask(const Request& request) const;

 private:
  enum class Mode : uint8_t { kOff, kAttack, kAlways };

  std::string NewToken(uint64_t network, absl::Time now) const;
  absl::Status Verify(std::string_view token, std::string_view solution, uint64_t network,
                      absl::Time now) const;
  std::string Pass(uint64_t network, absl::Time until) const;
  bool Passes(const Request& request) const;
  // Hexadecimal; `purpose` keeps puzzles and passes apart.
  std::string Sign(std::string_view purpose, std::string_view text, uint64_t network) const;
  Response Answer(const Request& request) const;

  const Mode mode_;
  const int difficulty_;
  const bool secure_;
  const Clock clock_;
  const std::array<unsigned char, 32> key_;
  const std::string version_;  // of the files, in their addresses
};

}  // namespace forium::gateway
