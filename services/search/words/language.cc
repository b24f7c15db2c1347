// SPDX-License-Identifier: Apache-2.0
#include "services/search/words/language.h"

#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"

namespace forium::search {
namespace {

// In the order of the enumeration.
constexpr std::string_view kTags[] = {"",   "ar", "da", "nl", "en", "fi", "fr", "de", "hu",
                                      "it", "no", "pt", "ro", "ru", "es", "sv", "tr"};

}  // namespace

Language LanguageOf(std::string_view tag) {
  std::string primary(tag.substr(0, tag.find_first_of("-_")));
  for (char& c : primary) c = absl::ascii_tolower(static_cast<unsigned char>(c));
  if (primary == "nb" || primary == "nn") primary = "no";
  for (size_t i = 1; i < std::size(kTags); ++i) {
    if (kTags[i] == primary) return static_cast<Language>(i);
  }
  return Language::kNone;
}

std::string_view TagOf(Language language) {
  const auto index = static_cast<size_t>(language);
  return index < std::size(kTags) ? kTags[index] : std::string_view();
}

}  // namespace forium::search
