// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/locale.h"

#include <cstdlib>
#include <string>

#include "gateway/http/ascii.h"
#include "gateway/http/message.h"

namespace forium::gateway {

std::string_view KnownLocale(std::string_view tag) {
  for (const std::string_view known : kLocales) {
    const bool whole = tag.size() == 2 || (tag.size() > 2 && tag[2] == '-');
    if (whole && EqualsIgnoreCase(tag.substr(0, 2), known)) return known;
  }
  return {};
}

std::string_view NegotiateLocale(std::string_view accept_language) {
  std::string_view best;
  double best_weight = 0;
  while (!accept_language.empty()) {
    std::string_view item = TakeUntil(accept_language, ',');
    const std::string_view locale = KnownLocale(Trim(TakeUntil(item, ';')));
    double weight = 1;
    if (const std::string_view parameter = Trim(item); parameter.starts_with("q=")) {
      weight = std::strtod(std::string(parameter.substr(2, 5)).c_str(), nullptr);
    }
    if (locale.empty() || weight <= best_weight) continue;
    best = locale;
    best_weight = weight;
  }
  return best;
}

std::string_view AskedLocale(const Request& request) {
  return KnownLocale(request.Query("lang").value_or(""));
}

}  // namespace forium::gateway
