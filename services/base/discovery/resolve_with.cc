// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/discovery/discovery_relay.h"
#include "services/base/discovery/registration.h"
#include "services/base/observe/log.h"

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

// Where gRPC's discovery client is to go: to a control plane in this process directly, to others
// through a relay, which lives as long as the process.
std::string ServerUri(const std::vector<std::string>& control_planes,
                      const rpc::Security& security) {
  if (control_planes.size() == 1 && absl::StartsWith(control_planes[0], "unix")) {
    return control_planes[0];
  }
  static DiscoveryRelay* relay = nullptr;
  if (relay == nullptr) relay = new DiscoveryRelay(control_planes, security);
  if (!relay->listens()) {
    observe::Log(observe::Level::kError, "no relay for discovery", {{"target", relay->target()}});
  }
  return relay->target();
}

}  // namespace

void ResolveWith(const std::vector<std::string>& control_planes, const std::string& zone,
                 const rpc::Security& security) {
  if (control_planes.empty()) return;
  // Nobody else polls a channel whose calls fail at once, so that it would take up to 5 s a step
  // to a control plane that comes later. Read by gRPC when it starts.
  setenv("GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS", "100", 0);
  const std::string server =
      absl::StrCat(R"({"server_uri":)", Quoted(ServerUri(control_planes, security)),
                   R"(,"channel_creds":[{"type":"insecure"}],"server_features":["xds_v3"]})");
  const std::string bootstrap =
      absl::StrCat(R"({"xds_servers":[)", server, R"(],"node":{"id":)", Quoted(NodeId()),
                   R"(,"locality":{"zone":)", Quoted(zone), "}}}");
  setenv("GRPC_XDS_BOOTSTRAP_CONFIG", bootstrap.c_str(), 1);
}

}  // namespace forium::discovery
