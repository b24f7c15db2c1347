// SPDX-License-Identifier: Apache-2.0
// Who is calling: session cookie or bearer token to a principal that auth signed. Answers of auth
// are kept for at most a minute, and dropped by events before that. Thread-safe.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "gateway/config.h"
#include "gateway/http/cookie.h"
#include "gateway/http/message.h"
#include "proto/forium/events/v1/events.pb.h"
#include "services/base/rpc/channel.h"

namespace forium::gateway {

class Identities {
 public:
  Identities(const Config& config, rpc::Channel& auth);
  ~Identities();

  // Finds the token in the header: Authorization wins over the cookie.
  void ReadToken(Request& request) const;
  // Sets the identity if it is known. Never blocks.
  bool FromCache(Request& request);
  // Sets the identity, asking auth if need be. A void cookie makes a guest and is cleared; a void
  // bearer token is an error: SIGN_IN_REQUIRED.
  boost::asio::awaitable<absl::Status> Resolve(Request& request);

  // Drops what is known of a token.
  void Forget(std::string_view token);
  void OnEvent(const events::v1::Event& event);

  const SessionCookie& cookie() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forium::gateway
