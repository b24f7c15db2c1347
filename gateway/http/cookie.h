// SPDX-License-Identifier: Apache-2.0
// Cookies: reading the request's, and the session cookie's one spelling.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "gateway/http/message.h"

namespace forium::gateway {

// Value of a cookie of the request; empty when absent.
std::string_view CookieValue(const Request& request, std::string_view name);

// `forium_session` over http; `__Host-forium_session` with Secure over https.
class SessionCookie {
 public:
  explicit SessionCookie(bool secure) : secure_(secure) {}
  std::string_view name() const { return secure_ ? "__Host-forium_session" : "forium_session"; }
  std::string Set(std::string_view token, absl::Duration max_age) const;  // value of Set-Cookie
  std::string Clear() const;

 private:
  bool secure_;
};

}  // namespace forium::gateway
