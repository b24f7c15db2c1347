// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/status.h"

#include "absl/strings/str_cat.h"
#include "services/allinone/control_socket.h"
#include "services/base/config/config.h"
#include "services/base/status/macros.h"

namespace forium::allinone {
namespace {

// Keeps what the owner says.
class KeptAnswer : public Console {
 public:
  void Print(std::string_view line) override { text.append(line); }
  void Progress(std::string_view) override {}
  std::string text;
};

}  // namespace

absl::Status StatusCommand(int argc, const char* const* argv, Console& console) {
  std::string data = "data";
  bool as_json = false;
  config::Settings settings;
  settings.Add("data", &data, "The data directory.");
  settings.Add("json", &as_json, "Print the document as it is.");
  RETURN_IF_ERROR(settings.Parse(argc, argv));
  if (settings.done()) return absl::OkStatus();
  KeptAnswer answer;
  const absl::Status asked = RunAtOwner(data, Command{.verb = "status"}, answer);
  if (absl::IsNotFound(asked)) {
    return absl::NotFoundError(absl::StrCat("Nobody serves ", data, "."));
  }
  RETURN_IF_ERROR(asked);
  if (as_json) {
    console.Print(answer.text);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::string words, StatusInWords(answer.text));
  console.Print(words);
  return absl::OkStatus();
}

}  // namespace forium::allinone
