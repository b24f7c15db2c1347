// SPDX-License-Identifier: Apache-2.0
// forium: the whole community in one program. The first word says what to do; `forium WORD --help`
// explains its flags.
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "services/allinone/cert.h"
#include "services/allinone/dead_letters.h"
#include "services/allinone/move.h"
#include "services/allinone/offline.h"
#include "services/allinone/serve.h"
#include "services/allinone/status.h"
#include "services/allinone/terminal.h"
#include "services/base/process/renewal.h"

namespace {

using forium::allinone::Terminal;

constexpr char kHelp[] =
    "forium serve   [--data DIR] [--listen ADDR:PORT] [--admin-listen ADDR:PORT] [--config FILE]\n"
    "forium import discourse --data DIR [--categories FILE] FILE…\n"
    "forium user create --data DIR --username U --email E [--admin] --password-stdin\n"
    "forium user reset --data DIR --username U\n"
    "forium backup --data DIR OUT.tar.zst\n"
    "forium restore --data DIR IN.tar.zst\n"
    "forium move --from DSN|DIR --to DSN|DIR\n"
    "forium events dead list|replay|drop --nats-url URL [--listener NAME] [NUMBER…|--all]\n"
    "forium status  [--data DIR] [--json]\n"
    "forium cert [--out DIR] HOST…\n"
    "forium check --config FILE\n"
    "forium version\n"
    "Each explains its flags with --help. Settings come from flags over environment (FORIUM_…) "
    "over the file.";

absl::Status Dispatch(int argc, char** argv, Terminal& terminal) {
  using namespace forium::allinone;
  const std::string_view verb = argc < 2 ? "help" : argv[1];
  if (verb == "serve") return ServeCommand(argc - 1, argv + 1);
  if (verb == "import") return ImportCommand(argc - 1, argv + 1, terminal);
  if (verb == "user") return UserCommand(argc - 1, argv + 1, terminal);
  if (verb == "backup") return BackupCommand(argc - 1, argv + 1, terminal);
  if (verb == "restore") return RestoreCommand(argc - 1, argv + 1, terminal);
  if (verb == "move") return MoveCommand(argc - 1, argv + 1, terminal);
  if (verb == "events") return EventsCommand(argc - 1, argv + 1, terminal);
  if (verb == "status") return StatusCommand(argc - 1, argv + 1, terminal);
  if (verb == "cert") return CertCommand(argc - 1, argv + 1, terminal);
  if (verb == "check") return CheckCommand(argc - 1, argv + 1, terminal);
  if (verb == "version" || verb == "--version") return VersionCommand(argc - 1, argv + 1, terminal);
  if (verb == "help" || verb == "--help") {
    terminal.Print(kHelp);
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("There is no command `", argv[1], "`; see `forium help`."));
}

}  // namespace

int main(int argc, char** argv) {
  forium::process::RememberProgram(argc, argv);
  Terminal terminal;
  const absl::Status status = Dispatch(argc, argv, terminal);
  if (status.ok()) return 0;
  terminal.Fail({status.message().data(), status.message().size()});
  return absl::IsInvalidArgument(status) ? 2 : 1;
}
