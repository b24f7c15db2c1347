// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/testing/pebble.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/tls/testing/tls_fixture.h"

namespace forium::gateway {
namespace {

constexpr char kProgram[] = "/usr/bin/pebble";
constexpr char kNameServer[] = "/usr/bin/pebble-challtestsrv";

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool Listens(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  const bool connected =
      connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(socket);
  return connected;
}

pid_t Launch(const std::vector<std::string>& words, const std::vector<std::string>& environment,
             const std::string& log) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::vector<char*> variables;
  for (const std::string& one : environment) variables.push_back(const_cast<char*>(one.c_str()));
  variables.push_back(nullptr);
  const pid_t process = fork();
  if (process != 0) return process;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  execve(arguments[0], arguments.data(), variables.data());
  _exit(127);
}

void End(pid_t& process) {
  if (process == 0) return;
  kill(process, SIGKILL);
  waitpid(process, nullptr, 0);
  process = 0;
}

}  // namespace

int FreePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  if (bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0) std::abort();
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  close(socket);
  return ntohs(address.sin_port);
}

bool Pebble::Installed() {
  return std::filesystem::exists(kProgram) && std::filesystem::exists(kNameServer);
}

Pebble::Pebble(const Options& options)
    : options_(options), port_(FreePort()), dns_port_(FreePort()) {
  char folder[] = "/tmp/forium-pebble-XXXXXX";
  if (mkdtemp(folder) == nullptr) std::abort();
  folder_ = folder;
  LocalAuthority::Order order;
  order.hosts = {"localhost", "127.0.0.1"};
  const PemPair api = Issue(order);
  std::ofstream(folder_ + "/api.pem") << api.certificate;
  std::ofstream(folder_ + "/api.key") << api.key;
  std::ofstream(authorities()) << TestAuthority().ToPem()->certificate;
  std::ofstream(folder_ + "/config.json") << absl::StrCat(
      R"({"pebble": {"listenAddress": "127.0.0.1:)", port_, R"(", "certificate": ")", folder_,
      R"(/api.pem", "privateKey": ")", folder_, R"(/api.key", "httpPort": )", options.http_port,
      R"(, "tlsPort": )", options.tls_port, "}}\n");
  dns_ = Launch({kNameServer, "-http01", "", "-https01", "", "-tlsalpn01", "", "-management",
                 absl::StrCat("127.0.0.1:", FreePort()), "-dns01",
                 absl::StrCat("127.0.0.1:", dns_port_), "-defaultIPv6", ""},
                {}, folder_ + "/dns.log");
  for (int i = 0; !Listens(dns_port_); ++i) {
    if (i == 1000) std::abort();
    absl::SleepFor(absl::Milliseconds(10));
  }
  Start();
}

Pebble::~Pebble() {
  Stop();
  End(dns_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Pebble::Start() {
  pebble_ = Launch(
      {kProgram, "-config", folder_ + "/config.json", "-strict", "-dnsserver",
       absl::StrCat("127.0.0.1:", dns_port_)},
      {"PEBBLE_VA_NOSLEEP=1", absl::StrCat("PEBBLE_WFE_NONCEREJECT=", options_.nonces_rejected),
       absl::StrCat("PEBBLE_AUTHZREUSE=", options_.authorizations_reused)},
      folder_ + "/log");
  for (int i = 0; !Listens(port_); ++i) {
    if (i == 1000) std::abort();
    absl::SleepFor(absl::Milliseconds(10));
  }
}

void Pebble::Stop() { End(pebble_); }
void Pebble::Pause() { kill(pebble_, SIGSTOP); }
void Pebble::Resume() { kill(pebble_, SIGCONT); }

std::string Pebble::directory() const { return absl::StrCat("https://localhost:", port_, "/dir"); }

int Pebble::Count(std::string_view text) const {
  std::ifstream log(folder_ + "/log");
  int count = 0;
  for (std::string line; std::getline(log, line);) count += line.find(text) != line.npos ? 1 : 0;
  return count;
}

int Pebble::orders() const { return Count("Added order"); }

}  // namespace forium::gateway
