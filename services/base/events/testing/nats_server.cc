// SPDX-License-Identifier: Apache-2.0
#include "services/base/events/testing/nats_server.h"

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
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace forium::events {
namespace {

constexpr char kProgram[] = "/usr/sbin/nats-server";

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int FreePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  if (bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0) std::abort();
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  close(socket);
  return ntohs(address.sin_port);
}

bool Listens(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = Loopback(port);
  const bool connected =
      connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(socket);
  return connected;
}

}  // namespace

bool NatsServer::Installed() { return std::filesystem::exists(kProgram); }

NatsServer::NatsServer(std::string config) : config_(std::move(config)), port_(FreePort()) {
  char folder[] = "/tmp/forium-nats-XXXXXX";
  if (mkdtemp(folder) == nullptr) std::abort();
  folder_ = folder;
  Start();
}

NatsServer::~NatsServer() {
  if (process_ != 0) Kill();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void NatsServer::Start() {
  const std::string file = folder_ + "/server.conf";
  std::ofstream(file) << "listen: 127.0.0.1:" << port_ << "\nlog_file: \"" << folder_
                      << "/log\"\njetstream { store_dir: \"" << folder_
                      << "/store\", max_mem: 64MB, max_file: 2GB }\n"
                      << config_;
  process_ = fork();
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    execl(kProgram, kProgram, "-c", file.c_str(), nullptr);
    _exit(127);
  }
  Await();
}

void NatsServer::Await() {
  const absl::Time end = absl::Now() + absl::Seconds(20);
  while (!Listens(port_)) {
    if (absl::Now() > end) {
      std::cerr << "nats-server does not start: " << std::ifstream(folder_ + "/log").rdbuf();
      std::abort();
    }
    absl::SleepFor(absl::Milliseconds(10));
  }
}

void NatsServer::Signal(int signal) const {
  if (process_ == 0 || kill(process_, signal) != 0) std::abort();
}

void NatsServer::Stop() {
  Signal(SIGTERM);
  waitpid(process_, nullptr, 0);
  process_ = 0;
}

void NatsServer::Kill() {
  Signal(SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = 0;
}

void NatsServer::Pause() { Signal(SIGSTOP); }
void NatsServer::Resume() { Signal(SIGCONT); }

void NatsServer::Wipe() { std::filesystem::remove_all(folder_ + "/store"); }

std::string NatsServer::url() const { return absl::StrCat("nats://127.0.0.1:", port_); }

}  // namespace forium::events
