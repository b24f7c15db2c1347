// SPDX-License-Identifier: Apache-2.0
// Clients that send a request's header a byte now and then, without end, and come back at once when
// they are shown the door (slow loris). Until its input ends.
//   slow_headers port=8080 connections=5000 every=2
// Prints {"open"} when all are connected, at its end {"closed", "failed"}: connections that the
// server ended, and such that it did not take.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <vector>

#include "tests/load/clients/options.h"
#include "tests/load/clients/sockets.h"

namespace {

using namespace forium::load;

constexpr char kHeader[] = "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";

struct Client {
  int fd = -1;
  bool connected = false;
  size_t sent = 0;
  int64_t next = 0;  // microseconds
};

struct Crowd {
  int port;
  int64_t every;
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  std::vector<Client> clients = {};
  int64_t closed = 0;
  int64_t failed = 0;
  int open = 0;

  void Begin(size_t index, int64_t now) {
    Client& client = clients[index];
    client = Client{.fd = Connect(port, static_cast<int>(index))};
    client.next = now + every;
    if (client.fd < 0) {
      ++failed;
      return;
    }
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = index;
    epoll_ctl(epoll, EPOLL_CTL_ADD, client.fd, &event);
  }

  void End(size_t index, int64_t now) {
    Client& client = clients[index];
    if (client.connected) --open;
    ++(client.connected ? closed : failed);
    close(client.fd);
    client.fd = -1;
    client.connected = false;
    // Not in the same instant, else one that is refused would come again thousands of times.
    client.next = now + 100'000;
  }

  void React(const epoll_event& event, int64_t now) {
    const size_t index = event.data.u64;
    Client& client = clients[index];
    if (client.fd < 0) return;
    if ((event.events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) != 0) return End(index, now);
    if (!client.connected && (event.events & EPOLLOUT) != 0) {
      client.connected = true;
      ++open;
      // Spread over time.
      client.next = now + every * static_cast<int64_t>(index % 100) / 100;
    }
    if ((event.events & EPOLLIN) != 0) {
      char buffer[2048];
      ssize_t size;
      while ((size = recv(client.fd, buffer, sizeof(buffer), 0)) > 0) {
      }
      if (size == 0) End(index, now);
    }
  }

  void Tick(size_t index, int64_t now) {
    Client& client = clients[index];
    if (now < client.next) return;
    if (client.fd < 0) return Begin(index, now);
    if (!client.connected) return;
    const char byte = client.sent < sizeof(kHeader) - 1 ? kHeader[client.sent] : 'x';
    ++client.sent;
    client.next = now + every;
    if (send(client.fd, &byte, 1, MSG_NOSIGNAL) != 1 && errno != EAGAIN) End(index, now);
  }
};

bool InputEnded() {
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  char byte;
  return poll(&input, 1, 0) > 0 && read(STDIN_FILENO, &byte, 1) <= 0;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options(argc, argv);
  RaiseFileLimit();
  Crowd crowd{.port = static_cast<int>(options.Number("port")),
              .every = static_cast<int64_t>(options.Number("every", 2) * 1e6)};
  crowd.clients.resize(static_cast<size_t>(options.Number("connections")));
  std::vector<epoll_event> events(1024);
  size_t begun = 0;
  bool told = false;
  while (!InputEnded()) {
    const int count = epoll_wait(crowd.epoll, events.data(), static_cast<int>(events.size()), 20);
    const int64_t now = Now();
    for (int i = 0; i < count; ++i) crowd.React(events[i], now);
    for (int i = 0; i < 100 && begun < crowd.clients.size(); ++i) crowd.Begin(begun++, now);
    for (size_t i = 0; i < begun; ++i) crowd.Tick(i, now);
    if (!told && crowd.open == static_cast<int>(crowd.clients.size())) {
      told = true;
      std::printf("{\"open\": %d}\n", crowd.open);
      std::fflush(stdout);
    }
  }
  std::printf("{\"closed\": %ld, \"failed\": %ld, \"open\": %d}\n", crowd.closed, crowd.failed,
              crowd.open);
}
