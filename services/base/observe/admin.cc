// SPDX-License-Identifier: Apache-2.0
#include "services/base/observe/admin.h"

#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/base/observe/metrics.h"
#include "services/base/observe/status_source.h"

namespace forium::observe {
namespace {

constexpr size_t kMaximumRequest = 8 << 10;
// One connection at a time: a silent one delays the next probe by no more than this.
constexpr absl::Duration kConnectionTime = absl::Seconds(1);

// Owns a file descriptor.
class File {
 public:
  explicit File(int number) : number_(number) {}
  File(File&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  ~File() {
    if (number_ >= 0) close(number_);
  }
  int number() const { return number_; }
  bool ok() const { return number_ >= 0; }

 private:
  int number_;
};

struct Answer {
  int code;
  std::string_view phrase;
  std::string body;
  std::string_view type = "text/plain; charset=utf-8";
};

// The one source of /status; its mutex is held while it answers.
struct KnownSource {
  absl::Mutex mutex;
  const StatusSource* source ABSL_GUARDED_BY(mutex) = nullptr;
};

KnownSource& Known() {
  static auto* const known = new KnownSource;
  return *known;
}

// Waits for `events` on a descriptor. False: the time is over.
bool Await(int number, short events, absl::Time deadline) {
  pollfd poller{number, events, 0};
  const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
  return left > 0 && poll(&poller, 1, static_cast<int>(left)) > 0;
}

// The head of a request, up to the empty line; empty: none came in time or it is too long.
std::string ReadHead(int connection, absl::Time deadline) {
  std::string head;
  char bytes[2048];
  while (head.size() <= kMaximumRequest) {
    if (head.find("\r\n\r\n") != std::string::npos) return head;
    if (!Await(connection, POLLIN, deadline)) break;
    const ssize_t size = recv(connection, bytes, sizeof(bytes), 0);
    if (size <= 0) break;
    head.append(bytes, static_cast<size_t>(size));
  }
  return {};
}

void WriteAll(int connection, std::string_view text, absl::Time deadline) {
  while (!text.empty() && Await(connection, POLLOUT, deadline)) {
    const ssize_t size = send(connection, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno != EAGAIN) return;
    if (size > 0) text.remove_prefix(static_cast<size_t>(size));
  }
  // Closing with unread bytes would reset the connection and could take the answer with it.
  shutdown(connection, SHUT_WR);
  char rest[2048];
  while (Await(connection, POLLIN, deadline) && recv(connection, rest, sizeof(rest), 0) > 0) {
  }
}

// `address:port` or `[address]:port`.
absl::StatusOr<File> Listen(const std::string& listen) {
  const auto refuse = [&](const char* why) {
    return absl::InvalidArgumentError(absl::StrCat("cannot listen on ", listen, ": ", why));
  };
  const size_t colon = listen.rfind(':');
  if (colon == std::string::npos) return refuse("it has no port");
  std::string host = listen.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int result = getaddrinfo(host.empty() ? nullptr : host.c_str(), listen.c_str() + colon + 1,
                                 &hints, &found);
  if (result != 0) return refuse(gai_strerror(result));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> address(found, freeaddrinfo);
  File socket(::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  if (!socket.ok() ||
      setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
      bind(socket.number(), address->ai_addr, address->ai_addrlen) != 0 ||
      ::listen(socket.number(), 16) != 0) {
    return refuse(std::strerror(errno));
  }
  return socket;
}

int PortOf(const File& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  char port[16] = "0";
  if (getsockname(socket.number(), reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    getnameinfo(reinterpret_cast<sockaddr*>(&address), size, nullptr, 0, port, sizeof(port),
                NI_NUMERICSERV);
  }
  return std::atoi(port);
}

class SocketAdminServer final : public AdminServer {
 public:
  SocketAdminServer(File socket, File stop, std::function<std::string()> ready)
      : socket_(std::move(socket)),
        stop_(std::move(stop)),
        ready_(std::move(ready)),
        port_(PortOf(socket_)),
        thread_([this] { Serve(); }) {}
  ~SocketAdminServer() override {
    eventfd_write(stop_.number(), 1);
    thread_.join();
  }
  int port() const override { return port_; }

 private:
  void Serve() {
    while (true) {
      pollfd pollers[] = {{socket_.number(), POLLIN, 0}, {stop_.number(), POLLIN, 0}};
      if (poll(pollers, 2, -1) < 0 && errno != EINTR) return;
      if (pollers[1].revents != 0) return;
      if (pollers[0].revents == 0) continue;
      const File connection(accept4(socket_.number(), nullptr, nullptr, SOCK_CLOEXEC));
      if (connection.ok()) {
        ServeOne(connection.number());
      } else {
        absl::SleepFor(absl::Milliseconds(10));  // out of descriptors, most likely
      }
    }
  }

  void ServeOne(int connection) {
    const absl::Time deadline = absl::Now() + kConnectionTime;
    const std::string head = ReadHead(connection, deadline);
    const bool bodiless = head.rfind("HEAD ", 0) == 0;
    const Answer answer = AnswerTo(head);
    std::string text = absl::StrCat("HTTP/1.1 ", answer.code, " ");
    text.append(answer.phrase).append("\r\nContent-Type: ").append(answer.type);
    absl::StrAppend(&text, "\r\nContent-Length: ", answer.body.size(),
                    "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n");
    if (!bodiless) text.append(answer.body);
    WriteAll(connection, text, deadline);
  }

  Answer AnswerTo(std::string_view head) const {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const size_t first = line.find(' ');
    const size_t last = line.rfind(' ');
    if (first == std::string_view::npos || last == first ||
        line.substr(last + 1).substr(0, 7) != "HTTP/1.") {
      return {400, "Bad Request", "not an HTTP/1 request of at most 8 kB\n"};
    }
    const std::string_view method = line.substr(0, first);
    std::string_view path = line.substr(first + 1, last - first - 1);
    path = path.substr(0, path.find('?'));
    if (method != "GET" && method != "HEAD") {
      return {405, "Method Not Allowed", "only GET and HEAD\n"};
    }
    if (path == "/healthz") return {200, "OK", "ok\n"};
    if (path == "/readyz") {
      const std::string waiting = ready_();
      if (waiting.empty()) return {200, "OK", "ok\n"};
      return {503, "Service Unavailable", waiting + "\n"};
    }
    if (path == "/metrics") {
      return {200, "OK", MetricsText(), "text/plain; version=0.0.4; charset=utf-8"};
    }
    if (path == "/status") {
      KnownSource& known = Known();
      const absl::MutexLock lock(&known.mutex);
      if (known.source != nullptr) return {200, "OK", known.source->Json(), "application/json"};
    }
    return {404, "Not Found", "/healthz /readyz /metrics\n"};
  }

  const File socket_;
  const File stop_;
  const std::function<std::string()> ready_;
  const int port_;
  std::thread thread_;
};

}  // namespace

StatusSource::StatusSource(std::function<std::string()> json) : json_(std::move(json)) {
  const absl::MutexLock lock(&Known().mutex);
  Known().source = this;
}

StatusSource::~StatusSource() {
  const absl::MutexLock lock(&Known().mutex);
  if (Known().source == this) Known().source = nullptr;
}

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(
    const std::string& listen, std::function<std::string()> ready) {
  absl::StatusOr<File> socket = Listen(listen);
  if (!socket.ok()) return socket.status();
  File stop(eventfd(0, EFD_CLOEXEC));
  if (!stop.ok()) return absl::ResourceExhaustedError("no file descriptor for the admin port");
  return std::make_unique<SocketAdminServer>(*std::move(socket), std::move(stop), std::move(ready));
}

}  // namespace forium::observe
