// SPDX-License-Identifier: Apache-2.0
// Settings of search.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "services/base/config/config.h"

namespace forium::search {

struct Config {
  // Language of words in texts whose language cannot be told (BCP 47): `en`, `de`, ….
  std::string language = "en";
  // Whether searches are counted, by words and without anything about who asked.
  bool analytics = true;
  // An index that nobody asked for so long is closed; opening it again takes milliseconds.
  absl::Duration close_after = absl::Minutes(30);
};

// `search_language`, `search_analytics`, `search_close_after`.
void AddSettings(config::Settings& settings, Config* config);
// Errors: InvalidArgument, a language without a stemmer.
absl::Status Check(const Config& config);

}  // namespace forium::search
