// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/serve.h"

#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/gateway.h"
#include "gateway/pages/pages.h"
#include "services/allinone/community.h"
#include "services/allinone/control_socket.h"
#include "services/allinone/serve_config.h"
#include "services/base/observe/admin.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"

namespace forium::allinone {
namespace {

// Threads of the pools come and go; a heap for each would keep what they freed.
constexpr int kHeaps = 2;

// Held back in all threads, so that only the wait below takes them. SIGUSR1 is JavaScriptCore's.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

// A server wants all descriptors that it may have.
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void Say(const std::string& line) {
  fputs(line.c_str(), stdout);
  fputc('\n', stdout);
  fflush(stdout);
}

std::string AddressOf(const std::string& listen, int port) {
  return absl::StrCat("http://", listen.substr(0, listen.rfind(':')), ":", port);
}

// `forum.example.org:8443` of `https://forum.example.org:8443/`: links to it are the community's
// own.
std::string HostOf(const std::string& url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string::npos) return "";
  const size_t begin = scheme + 3;
  return url.substr(begin, url.find('/', begin) - begin);
}

// Until an administrator exists: the one-time address of the page that makes one.
absl::Status OfferSetup(Community& community, const std::string& base) {
  const rpc::CallOptions system = community.SystemCall();
  ASSIGN_OR_RETURN(const auth::v1::Site site,
                   community.channel().Call<auth::v1::Site>("forium.auth.v1.AuthService.GetSite",
                                                            auth::v1::GetSiteRequest(), system));
  if (site.ready()) return absl::OkStatus();
  auth::v1::ProvisionLinkRequest request;
  request.set_purpose(auth::v1::Link::SETUP);
  ASSIGN_OR_RETURN(const auth::v1::Link link,
                   community.channel().Call<auth::v1::Link>(
                       "forium.auth.v1.AuthService.ProvisionLink", request, system));
  Say(absl::StrCat("Open this address once to make the administrator:\n  ", base, "/setup/",
                   link.token()));
  return absl::OkStatus();
}

absl::Status SetLogLevel(const std::string& name) {
  static constexpr std::pair<const char*, observe::Level> kLevels[] = {
      {"debug", observe::Level::kDebug},
      {"info", observe::Level::kInfo},
      {"warning", observe::Level::kWarning},
      {"error", observe::Level::kError}};
  for (const auto& [word, level] : kLevels) {
    if (name != word) continue;
    observe::SetLevel(level);
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("log_level is debug, info, warning or error.");
}

}  // namespace

void AddSettings(ServeConfig& config, config::Settings& settings) {
  settings.Add("data", &config.data, "The data directory; made when missing.");
  gateway::Register(config.gateway, settings);
  settings.Add("admin_listen", &config.admin_listen,
               "Private ADDR:PORT for /healthz, /readyz and /metrics; none by default.");
  settings.Add("log_level", &config.log_level, "debug, info, warning or error.");
  database::AddSettings(settings, &config.community.placement);
  auth::AddSettings(settings, &config.community.auth);
}

absl::Status ServeCommand(int argc, const char* const* argv) {
  ServeConfig config;
  config::Settings settings;
  AddSettings(config, settings);
  RETURN_IF_ERROR(settings.Parse(argc, argv));
  if (settings.done()) return absl::OkStatus();
  RETURN_IF_ERROR(SetLogLevel(config.log_level));
  mallopt(M_ARENA_MAX, kHeaps);
  RaiseFileLimit();
  const sigset_t stop_signals = BlockStopSignals();

  config.community.auth.public_url = config.gateway.public_url.empty()
                                         ? "http://" + config.gateway.listen
                                         : config.gateway.public_url;
  config.community.forum.site_host = HostOf(config.gateway.public_url);
  config.community.auth.throttle.enabled = config.gateway.rate_limit;
  ASSIGN_OR_RETURN(DataDirectory directory, DataDirectory::Take(config.data));
  ASSIGN_OR_RETURN(const std::unique_ptr<Community> community,
                   Community::Open(config.community, std::move(directory)));
  const gateway::Services services{community->channel(), community->channel()};
  ASSIGN_OR_RETURN(const std::unique_ptr<gateway::Pages> pages,
                   gateway::Pages::Create(config.gateway, services));
  gateway::Gateway gateway(config.gateway, services, pages->Hooks(), community->bus());
  std::unique_ptr<observe::AdminServer> admin;
  if (!config.admin_listen.empty()) {
    ASSIGN_OR_RETURN(
        admin, observe::AdminServer::Start(config.admin_listen, [] { return std::string(); }));
  }
  RETURN_IF_ERROR(gateway.Start());
  ASSIGN_OR_RETURN(std::unique_ptr<ControlServer> control, ControlServer::Start(*community));

  const std::string address = AddressOf(config.gateway.listen, gateway.port());
  Say(absl::StrCat("Forium serves ", address, " from ", community->directory().path()));
  RETURN_IF_ERROR(OfferSetup(
      *community, config.gateway.public_url.empty() ? address : config.gateway.public_url));

  int signal_number = 0;
  sigwait(&stop_signals, &signal_number);
  observe::Log(observe::Level::kInfo, "stopping", {{"signal", signal_number}});
  gateway.Drain();
  control.reset();
  community->Close();
  return absl::OkStatus();
}

}  // namespace forium::allinone
