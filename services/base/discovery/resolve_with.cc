// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/base/discovery/registration.h"

namespace forium::discovery {
namespace {

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) quoted += c;
  }
  return quoted + "\"";
}

std::string NodeId() {
  char host[256] = {};
  if (gethostname(host, sizeof(host) - 1) != 0) host[0] = '\0';
  return absl::StrCat(host, "/", getpid());
}

}  // namespace

void ResolveWith(const std::vector<std::string>& control_planes, const std::string& zone,
                 const rpc::Security&) {
  const std::string server =
      absl::StrCat(R"({"server_uri":)", Quoted(control_planes.empty() ? "" : control_planes[0]),
                   R"(,"channel_creds":[{"type":"insecure"}],"server_features":["xds_v3"]})");
  const std::string bootstrap =
      absl::StrCat(R"({"xds_servers":[)", server, R"(],"node":{"id":)", Quoted(NodeId()),
                   R"(,"locality":{"zone":)", Quoted(zone), "}}}");
  setenv("GRPC_XDS_BOOTSTRAP_CONFIG", bootstrap.c_str(), 1);
  // Nobody else polls a channel whose calls fail at once, so that it would take up to 5 s a step
  // to a control plane that comes later.
  setenv("GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS", "100", 0);
}

}  // namespace forium::discovery
