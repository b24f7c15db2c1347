// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/dead_letters.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "services/base/config/config.h"
#include "services/base/events/nats_dead.h"
#include "services/base/status/macros.h"

namespace forium::allinone {
namespace {

using events::DeadLetter;
using events::DeadLetters;

constexpr char kUsage[] =
    "Say `forium events dead list [--listener NAME]`, `forium events dead replay NUMBER…|--all` or "
    "`forium events dead drop NUMBER…|--all`, each with --nats-url URL.";

std::string LineOf(const DeadLetter& letter) {
  return absl::StrCat(letter.number, "  ", absl::FormatTime(letter.time, absl::UTCTimeZone()),
                      "  listener ", letter.listener, "  event ", letter.service, " ",
                      letter.event.sequence(), " of ", letter.event.tenant(), " (",
                      letter.event.aggregate(), " version ", letter.event.version(), ")  tried ",
                      letter.deliveries, " times: ", letter.cause);
}

absl::StatusOr<std::vector<uint64_t>> Numbers(const std::vector<std::string>& words) {
  std::vector<uint64_t> numbers;
  for (const std::string& word : words) {
    if (!absl::SimpleAtoi(word, &numbers.emplace_back()))
      return absl::InvalidArgumentError(
          absl::StrCat(word, " is not the number of a dead letter; `list` shows them."));
  }
  return numbers;
}

}  // namespace

absl::Status EventsCommand(int argc, const char* const* argv, Console& console) {
  const std::string_view verb = argc < 3 ? "" : argv[2];
  if (argc < 3 || std::string_view(argv[1]) != "dead" ||
      (verb != "list" && verb != "replay" && verb != "drop"))
    return absl::InvalidArgumentError(kUsage);
  events::NatsOptions options;
  std::string listener;
  bool all = false;
  config::Settings settings;
  events::AddSettings(settings, &options);
  settings.Add("listener", &listener, "Only those of this listener.");
  if (verb != "list") settings.Add("all", &all, "All of them.");
  std::vector<std::string> words;
  RETURN_IF_ERROR(settings.Parse(argc - 2, argv + 2, &words));
  if (settings.done()) return absl::OkStatus();
  if (options.url.empty())
    return absl::InvalidArgumentError("Name the server of the events: --nats-url nats://host:4222");
  ASSIGN_OR_RETURN(std::vector<uint64_t> numbers, Numbers(words));
  if ((verb == "list") != (numbers.empty() && !all) || (all && !numbers.empty()))
    return absl::InvalidArgumentError(kUsage);

  ASSIGN_OR_RETURN(DeadLetters letters, DeadLetters::Open(options));
  if (verb == "list" || all) {
    ASSIGN_OR_RETURN(const std::vector<DeadLetter> list, letters.List(listener));
    for (const DeadLetter& letter : list) {
      if (all) {
        numbers.push_back(letter.number);
      } else {
        console.Print(LineOf(letter));
      }
    }
    if (list.empty()) console.Print("There are no dead letters.");
  }
  for (const uint64_t number : numbers) {
    RETURN_IF_ERROR(verb == "replay" ? letters.Replay(number) : letters.Drop(number));
    console.Print(absl::StrCat(verb == "replay" ? "Replayed " : "Dropped ", number, "."));
  }
  return absl::OkStatus();
}

}  // namespace forium::allinone
