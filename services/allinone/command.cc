// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/command.h"

#include <boost/json.hpp>
#include <map>

#include "absl/strings/str_cat.h"
#include "services/allinone/backup.h"
#include "services/allinone/importer.h"
#include "services/base/status/macros.h"

namespace forium::allinone {
namespace {
namespace json = boost::json;

absl::Status ImportDiscourse(const Command& command, Community& community, Console& console) {
  Importer importer(
      community.channel(), [&community] { return community.SystemCall(); }, console);
  ASSIGN_OR_RETURN(const ImportCounts counts,
                   importer.ImportDiscourse(command.categories, command.files));
  console.Print(absl::StrCat("Imported ", counts.topics_created, " topics and ",
                             counts.posts_created, " posts by ", counts.users, " people in ",
                             absl::FormatDuration(absl::Trunc(counts.took, absl::Milliseconds(10))),
                             "; ", counts.topics_present, " topics were there already."));
  return absl::OkStatus();
}

absl::Status CreateUser(const Command& command, Community& community, Console& console) {
  auth::v1::ProvisionUserRequest request;
  request.set_username(command.username);
  request.set_email(command.email);
  request.set_password(command.password);
  request.set_role(command.admin ? type::v1::ADMIN_ROLE : type::v1::MEMBER_ROLE);
  ASSIGN_OR_RETURN(const auth::v1::User user, community.channel().Call<auth::v1::User>(
                                                  "forium.auth.v1.AuthService.ProvisionUser",
                                                  request, community.SystemCall()));
  console.Print(
      absl::StrCat("Made ", command.admin ? "administrator " : "member ", user.username(), "."));
  return absl::OkStatus();
}

absl::Status ResetUser(const Command& command, Community& community, Console& console) {
  auth::v1::ProvisionLinkRequest request;
  request.set_purpose(auth::v1::Link::RESET);
  request.set_username(command.username);
  ASSIGN_OR_RETURN(const auth::v1::Link link, community.channel().Call<auth::v1::Link>(
                                                  "forium.auth.v1.AuthService.ProvisionLink",
                                                  request, community.SystemCall()));
  console.Print(link.url());
  return absl::OkStatus();
}

absl::Status BackUp(const Command& command, Community& community, Console& console) {
  return Backup(community, command.files.at(0), console);
}

using Runner = absl::Status (*)(const Command&, Community&, Console&);

const std::map<std::string, Runner>& Runners() {
  static const auto* runners = new std::map<std::string, Runner>{
      {"import discourse", ImportDiscourse},
      {"user create", CreateUser},
      {"user reset", ResetUser},
      {"backup", BackUp},
  };
  return *runners;
}

std::string TextOf(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string().c_str())
                                                : std::string();
}

}  // namespace

absl::Status Run(const Command& command, Community& community, Console& console) {
  const auto runner = Runners().find(command.verb);
  if (runner == Runners().end()) {
    return absl::InvalidArgumentError(absl::StrCat("There is no command `", command.verb, "`."));
  }
  return runner->second(command, community, console);
}

std::string ToJson(const Command& command) {
  json::array files;
  for (const std::string& file : command.files) files.emplace_back(file);
  return json::serialize(json::object{{"verb", command.verb},
                                      {"files", std::move(files)},
                                      {"categories", command.categories},
                                      {"username", command.username},
                                      {"email", command.email},
                                      {"password", command.password},
                                      {"admin", command.admin}});
}

absl::StatusOr<Command> CommandFromJson(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse({text.data(), text.size()}, error);
  if (error || !value.is_object()) return absl::InvalidArgumentError("A command is a JSON object.");
  const json::object& object = value.get_object();
  Command command;
  command.verb = TextOf(object, "verb");
  command.categories = TextOf(object, "categories");
  command.username = TextOf(object, "username");
  command.email = TextOf(object, "email");
  command.password = TextOf(object, "password");
  const json::value* admin = object.if_contains("admin");
  command.admin = admin != nullptr && admin->is_bool() && admin->get_bool();
  if (const json::value* files = object.if_contains("files");
      files != nullptr && files->is_array()) {
    for (const json::value& file : files->get_array()) {
      if (file.is_string()) command.files.emplace_back(file.get_string().c_str());
    }
  }
  if (command.verb == "backup" && command.files.size() != 1) {
    return absl::InvalidArgumentError("A backup goes to one file.");
  }
  return command;
}

}  // namespace forium::allinone
