// SPDX-License-Identifier: Apache-2.0
#include "services/search/config.h"

#include "absl/strings/str_cat.h"
#include "services/search/words/language.h"

namespace forium::search {

void AddSettings(config::Settings& settings, Config* config) {
  settings.Add("search_language", &config->language,
               "language of texts whose language cannot be told: en, de, fr, …; none");
  settings.Add("search_analytics", &config->analytics,
               "count what is looked for, without anything about who asked");
  settings.Add("search_close_after", &config->close_after,
               "an index that nobody asked for so long is closed");
}

absl::Status Check(const Config& config) {
  if (config.language == "none" || LanguageOf(config.language) != Language::kNone) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("search_language: there is no stemmer for \"", config.language,
                   "\"; take a language like en, de or fr, or none."));
}

}  // namespace forium::search
