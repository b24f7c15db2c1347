// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/cookie.h"

#include "gateway/http/ascii.h"

namespace forium::gateway {

std::string_view CookieValue(const Request& request, std::string_view name) {
  for (const Request::HeaderField& field : request.headers) {
    if (!EqualsIgnoreCase(field.name, "cookie")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::string_view pair = Trim(TakeUntil(rest, ';'));
      if (pair.size() > name.size() && pair[name.size()] == '=' && pair.starts_with(name)) {
        return pair.substr(name.size() + 1);
      }
    }
  }
  return {};
}

std::string SessionCookie::Set(std::string_view token, absl::Duration max_age) const {
  return Concat({name(), "=", token,
                 "; Path=/; Max-Age=", std::to_string(absl::ToInt64Seconds(max_age)),
                 "; HttpOnly; SameSite=Lax", secure_ ? "; Secure" : ""});
}

std::string SessionCookie::Clear() const { return Set("", absl::ZeroDuration()); }

}  // namespace forium::gateway
