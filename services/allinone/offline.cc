// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/offline.h"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/allinone/backup.h"
#include "services/allinone/command.h"
#include "services/allinone/community.h"
#include "services/allinone/control_socket.h"
#include "services/allinone/serve_config.h"
#include "services/base/config/config.h"
#include "services/base/observe/log.h"
#include "services/base/process/version.h"
#include "services/base/status/macros.h"

namespace forium::allinone {
namespace {

// Flags that each command on a data directory takes.
struct CommandLine {
  std::string data = "data";
  std::string public_url;
  database::Placement placement;
  config::Settings settings;
  std::vector<std::string> positional;

  CommandLine() {
    settings.Add("data", &data, "The data directory.");
    settings.Add("public_url", &public_url, "The outside address, for links that are printed.");
    database::AddSettings(settings, &placement);
  }
};

std::string Absolute(const std::string& path) { return std::filesystem::absolute(path).string(); }

absl::Status RunCommand(const CommandLine& line, const Command& command, Terminal& terminal) {
  absl::StatusOr<DataDirectory> directory = DataDirectory::Take(line.data);
  // Somebody serves it: they run it.
  if (absl::IsUnavailable(directory.status())) return RunAtOwner(line.data, command, terminal);
  RETURN_IF_ERROR(directory.status());
  observe::SetLevel(observe::Level::kWarning);
  CommunityConfig config;
  config.placement = line.placement;
  if (!line.public_url.empty()) config.auth.public_url = line.public_url;
  ASSIGN_OR_RETURN(const std::unique_ptr<Community> community,
                   Community::Open(std::move(config), *std::move(directory)));
  const absl::Status status = Run(command, *community, terminal);
  community->Close();
  return status;
}

}  // namespace

absl::Status ImportCommand(int argc, const char* const* argv, Terminal& terminal) {
  if (argc < 2 || std::string_view(argv[1]) != "discourse") {
    return absl::InvalidArgumentError(
        "Say what to import: forium import discourse --data DIR [--categories FILE] FILE…");
  }
  CommandLine line;
  Command command{.verb = "import discourse"};
  line.settings.Add("categories", &command.categories, "The site's categories.json.");
  RETURN_IF_ERROR(line.settings.Parse(argc - 1, argv + 1, &line.positional));
  if (line.settings.done()) return absl::OkStatus();
  if (line.positional.empty()) {
    return absl::InvalidArgumentError(
        "Name at least one file of topics (JSON lines, plain, .xz or .zst).");
  }
  if (!command.categories.empty()) command.categories = Absolute(command.categories);
  for (const std::string& file : line.positional) command.files.push_back(Absolute(file));
  return RunCommand(line, command, terminal);
}

absl::Status UserCommand(int argc, const char* const* argv, Terminal& terminal) {
  const std::string_view what = argc < 2 ? "" : argv[1];
  if (what != "create" && what != "reset") {
    return absl::InvalidArgumentError(
        "Say `forium user create --username U --email E [--admin] --password-stdin` or "
        "`forium user reset --username U`.");
  }
  CommandLine line;
  Command command{.verb = absl::StrCat("user ", std::string(what))};
  bool password_stdin = false;
  line.settings.Add("username", &command.username, "The name of the account.");
  if (what == "create") {
    line.settings.Add("email", &command.email, "Its e-mail address.");
    line.settings.Add("admin", &command.admin, "Make it an administrator.");
    line.settings.Add("password_stdin", &password_stdin,
                      "Read the password from the first line of stdin.");
  }
  RETURN_IF_ERROR(line.settings.Parse(argc - 1, argv + 1));
  if (line.settings.done()) return absl::OkStatus();
  if (command.username.empty())
    return absl::InvalidArgumentError("Name the account: --username U.");
  if (what == "create") {
    if (!password_stdin) {
      return absl::InvalidArgumentError("Give the password on stdin and say --password-stdin.");
    }
    command.password = ReadLineFromStdin();
  }
  return RunCommand(line, command, terminal);
}

absl::Status BackupCommand(int argc, const char* const* argv, Terminal& terminal) {
  CommandLine line;
  RETURN_IF_ERROR(line.settings.Parse(argc, argv, &line.positional));
  if (line.settings.done()) return absl::OkStatus();
  if (line.positional.size() != 1) {
    return absl::InvalidArgumentError(
        "Name the file to write: forium backup --data DIR OUT.tar.zst");
  }
  return RunCommand(line, {.verb = "backup", .files = {Absolute(line.positional.front())}},
                    terminal);
}

absl::Status RestoreCommand(int argc, const char* const* argv, Terminal& terminal) {
  CommandLine line;
  RETURN_IF_ERROR(line.settings.Parse(argc, argv, &line.positional));
  if (line.settings.done()) return absl::OkStatus();
  if (line.positional.size() != 1) {
    return absl::InvalidArgumentError("Name the backup: forium restore --data DIR IN.tar.zst");
  }
  if (line.placement.on_postgres()) {
    return absl::FailedPreconditionError(
        "A community on Postgres is restored with pg_restore, or with psql.");
  }
  return Restore(line.positional.front(), line.data, terminal);
}

absl::Status CheckCommand(int argc, const char* const* argv, Terminal& terminal) {
  ServeConfig config;
  config::Settings settings;
  AddSettings(config, settings);
  RETURN_IF_ERROR(settings.Parse(argc, argv));
  if (!settings.done()) terminal.Print("The configuration is good.");
  return absl::OkStatus();
}

absl::Status VersionCommand(int, const char* const*, Terminal& terminal) {
  terminal.Print(absl::StrCat("forium ", process::kVersion));
  return absl::OkStatus();
}

}  // namespace forium::allinone
