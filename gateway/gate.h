// SPDX-License-Identifier: Apache-2.0
// Which requests are worked on when there are too many: rates by whoever asks, a puzzle for guests'
// browsers under attack, a place among those that are worked on. Thread-safe; must outlive its
// tickets.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "gateway/config.h"
#include "gateway/http/message.h"
#include "gateway/limits/admission.h"
#include "gateway/limits/challenge.h"
#include "gateway/limits/rate_limits.h"

namespace forium::gateway {

class Gate {
 public:
  explicit Gate(const Config& config);

  // The answer to a request over its rate; the identity counts when it is known.
  std::optional<Response> Limits(const Request& request);
  // The puzzle's own files and solutions.
  std::optional<Response> ServesPuzzle(const Request& request) const {
    return challenge_.Serve(request);
  }
  // The puzzle, for a guest's browser without a pass. Guests' pages that are ready are cheap: under
  // attack they are given without; when the puzzle is for always, not even they.
  enum class Page { kReady, kToBeMade };
  std::optional<Response> AsksForPass(const Request& request, Page page) const;

  // Whether there is neither a place for it nor room to wait: told before the work of Admit.
  bool Sheds(const Request& request);
  // A place; without one the request is shed (ShedAnswer).
  boost::asio::awaitable<Ticket> Admit(const Request& request);

  const Admission& admission() const { return admission_; }
  // Draining begins: whoever waits for a place is let in, and nobody waits any more.
  void Close() { admission_.Close(); }

 private:
  const Config& config_;
  RateLimits rates_;
  Admission admission_;
  BrowserChallenge challenge_;
};

}  // namespace forium::gateway
