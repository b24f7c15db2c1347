// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/control_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/observe/log.h"

namespace forium::allinone {
namespace {
namespace json = boost::json;

constexpr size_t kLongestLine = 1 << 20;

// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

// An address below an open folder, so that a long path fits into the 108 bytes of sun_path.
sockaddr_un AddressIn(int folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = DataDirectory::ControlSocket(absl::StrCat("/proc/self/fd/", folder));
  strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  return address;
}

bool SendLine(int socket, const json::object& object) {
  const std::string line = json::serialize(object) + "\n";
  size_t sent = 0;
  while (sent < line.size()) {
    const ssize_t n = send(socket, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<size_t>(n);
  }
  return true;
}

// The next line of `socket`; `rest` keeps what came after it. False at the end.
bool ReceiveLine(int socket, std::string* rest, std::string* line) {
  while (true) {
    if (const size_t end = rest->find('\n'); end != std::string::npos) {
      *line = rest->substr(0, end);
      rest->erase(0, end + 1);
      return true;
    }
    char chunk[4096];
    const ssize_t n = recv(socket, chunk, sizeof(chunk), 0);
    if (n <= 0 || rest->size() > kLongestLine) return false;
    rest->append(chunk, static_cast<size_t>(n));
  }
}

class RemoteConsole : public Console {
 public:
  explicit RemoteConsole(int socket) : socket_(socket) {}
  // A person who left does not stop the work; it is idempotent and they may look again.
  void Print(std::string_view line) override { SendLine(socket_, {{"print", line}}); }
  void Progress(std::string_view state) override { SendLine(socket_, {{"progress", state}}); }

 private:
  const int socket_;
};

}  // namespace

struct ControlServer::State {
  State(Community& community, std::function<std::string()> status, Descriptor listener)
      : community(community),
        status(std::move(status)),
        listener(std::move(listener)),
        stop(eventfd(0, EFD_CLOEXEC)) {}

  void Serve() {
    while (true) {
      pollfd waits[] = {{listener.get(), POLLIN, 0}, {stop.get(), POLLIN, 0}};
      if (poll(waits, 2, -1) < 0 && errno != EINTR) return;
      if (waits[1].revents != 0) return;
      if (waits[0].revents == 0) continue;
      const Descriptor client(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (client.get() >= 0) Answer(client.get());
    }
  }

  void Answer(int client) {
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    std::string rest;
    std::string line;
    if (!ReceiveLine(client, &rest, &line)) return;
    absl::StatusOr<Command> command = CommandFromJson(line);
    absl::Status result = command.status();
    if (command.ok() && command->verb == "status") {
      RemoteConsole(client).Print(status());
    } else if (command.ok()) {
      observe::Log(observe::Level::kInfo, "command from the control socket",
                   {{"verb", command->verb}});
      RemoteConsole console(client);
      result = Run(*command, community, console);
    }
    if (result.ok()) {
      SendLine(client, {{"ok", true}});
    } else {
      SendLine(client, {{"error", std::string(result.message())}});
    }
  }

  Community& community;
  const std::function<std::string()> status;
  const Descriptor listener;
  const Descriptor stop;
  std::thread thread;
};

ControlServer::ControlServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

absl::StatusOr<std::unique_ptr<ControlServer>> ControlServer::Start(
    Community& community, std::function<std::string()> status) {
  const std::string& data = community.directory().path();
  const Descriptor folder(open(data.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  Descriptor listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = AddressIn(folder.get());
  // The lock says that nobody else serves here: what lies there is left from a process that was
  // killed.
  unlink(address.sun_path);
  if (bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      chmod(address.sun_path, 0600) != 0 || listen(listener.get(), 8) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("The control socket in ", data, " cannot be made: ", strerror(errno), "."));
  }
  auto server = std::unique_ptr<ControlServer>(new ControlServer(
      std::make_unique<State>(community, std::move(status), std::move(listener))));
  server->state_->thread = std::thread([state = server->state_.get()] { state->Serve(); });
  return server;
}

ControlServer::~ControlServer() {
  eventfd_write(state_->stop.get(), 1);
  state_->thread.join();
  unlink(DataDirectory::ControlSocket(state_->community.directory().path()).c_str());
}

absl::Status RunAtOwner(const std::string& data, const Command& command, Console& console) {
  const Descriptor folder(open(data.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const Descriptor owner(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = AddressIn(folder.get());
  if (folder.get() < 0 ||
      connect(owner.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return absl::NotFoundError(absl::StrCat(
        data, " is in use by a process that takes no commands; try again when it has finished."));
  }
  boost::system::error_code error;
  SendLine(owner.get(), json::parse(ToJson(command), error).as_object());
  std::string rest;
  std::string line;
  while (ReceiveLine(owner.get(), &rest, &line)) {
    const json::value value = json::parse(line, error);
    if (error || !value.is_object()) break;
    const json::object& answer = value.get_object();
    if (answer.contains("ok")) return absl::OkStatus();
    for (const auto& [key, text] : answer) {
      if (!text.is_string()) continue;
      const std::string_view said(text.get_string().data(), text.get_string().size());
      if (key == "print") console.Print(said);
      if (key == "progress") console.Progress(said);
      if (key == "error") return absl::FailedPreconditionError(std::string(said));
    }
  }
  return absl::UnavailableError("The server stopped before the command had ended; run it again.");
}

}  // namespace forium::allinone
