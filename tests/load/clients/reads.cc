// SPDX-License-Identifier: Apache-2.0
// Reads one page over and over, HTTP/1.1 with keep-alive, from one thread.
//   reads port=8080 path=/t/x/17 connections=32 seconds=5 [rate=1000]
//         [token=… members=8 member_rate=50] [burst=1]
// Without a rate each connection asks again when it has its answer; with one, guests come at that
// rate whatever becomes of those before them: on a connection that is free, else they are lost to
// the server's slowness. `members` connections beside them ask with the token, at a rate of their
// own. `burst` sends one request on each connection in the same instant. Latencies in milliseconds,
// from the moment a request was due; of answers with 200 only. Prints {"guests": {…}, "members":
// {…}, "seconds"}, each {"offered", "sent", "good", "shed" (429, 503), "bad", "p50", "p95", "p99"}.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "tests/load/clients/answer.h"
#include "tests/load/clients/options.h"
#include "tests/load/clients/sockets.h"

namespace {

using namespace forium::load;

// Readers of one kind, who share a rate.
struct Group {
  std::string request;
  double rate = 0;  // a second; 0: as fast as answers come
  int64_t offered = 0;
  int64_t sent = 0;
  int64_t good = 0;
  int64_t shed = 0;
  int64_t bad = 0;
  std::vector<double> latencies = {};
  std::vector<size_t> free = {};  // connections
};

struct Reader {
  Group* group = nullptr;
  int fd = -1;
  bool connected = false;
  bool asked = false;
  int64_t due = 0;
  Answer answer = {};
};

class Readers {
 public:
  Readers(int port, bool burst) : port_(port), burst_(burst) {}

  void Add(Group& group, int connections) {
    for (int i = 0; i < connections; ++i) {
      readers_.push_back(Reader{.group = &group});
      Open(readers_.size() - 1);
    }
    groups_.push_back(&group);
  }

  // Until all are connected, or a while has passed.
  void WaitForConnections() {
    const int64_t patience = Now() + 20'000'000;
    while (connected_ < static_cast<int64_t>(readers_.size()) && Now() < patience) Wait(50);
  }

  void Burst(int64_t end) {
    end_ = end;
    const int64_t now = Now();
    for (size_t i = 0; i < readers_.size(); ++i) Ask(i, now);
    while (Now() < end_ && waiting_ > 0) Wait(50);
  }

  void Run(int64_t end) {
    end_ = end;
    begin_ = Now();
    for (Group* group : groups_) {
      if (group->rate > 0) continue;
      const std::vector<size_t> free = std::move(group->free);
      group->free.clear();
      for (const size_t index : free) Ask(index, begin_);
    }
    while (Now() < end_) {
      OfferDue();
      Wait(1);
    }
  }

 private:
  void Open(size_t index) {
    Reader& reader = readers_[index];
    reader.connected = false;
    reader.asked = false;
    reader.answer.Reset();
    reader.fd = Connect(port_, static_cast<int>(index));
    if (reader.fd < 0) return;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = index;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, reader.fd, &event);
  }

  void Reopen(size_t index) {
    Reader& reader = readers_[index];
    if (reader.connected) --connected_;
    if (reader.asked) --waiting_;
    close(reader.fd);
    Open(index);
  }

  void OfferDue() {
    const int64_t now = Now();
    const double passed = static_cast<double>(now - begin_) / 1e6;
    for (Group* group : groups_) {
      if (group->rate <= 0) continue;
      while (static_cast<double>(group->offered) < passed * group->rate) {
        const auto due =
            begin_ + static_cast<int64_t>(static_cast<double>(group->offered) / group->rate * 1e6);
        ++group->offered;
        if (group->free.empty()) continue;
        const size_t index = group->free.back();
        group->free.pop_back();
        Ask(index, due);
      }
    }
  }

  void Ask(size_t index, int64_t due) {
    Reader& reader = readers_[index];
    if (!reader.connected) return;
    Group& group = *reader.group;
    if (group.rate <= 0) ++group.offered;
    ++group.sent;
    reader.due = due;
    reader.asked = true;
    ++waiting_;
    reader.answer.Reset();
    if (!SendAll(reader.fd, group.request)) {
      ++group.bad;
      Reopen(index);
    }
  }

  void Wait(int milliseconds) {
    epoll_event events[512];
    const int count = epoll_wait(epoll_, events, 512, milliseconds);
    for (int i = 0; i < count; ++i) React(events[i]);
  }

  void React(const epoll_event& event) {
    const size_t index = event.data.u64;
    Reader& reader = readers_[index];
    if (!reader.connected && (event.events & EPOLLOUT) != 0 && ConnectError(reader.fd) == 0) {
      reader.connected = true;
      ++connected_;
      reader.group->free.push_back(index);
    }
    if ((event.events & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0) Read(index);
  }

  void Read(size_t index) {
    Reader& reader = readers_[index];
    static char buffer[256 << 10];
    ssize_t size;
    while ((size = recv(reader.fd, buffer, sizeof(buffer), 0)) > 0) {
      if (!reader.asked) continue;
      const Answer::State state = reader.answer.Take({buffer, static_cast<size_t>(size)});
      if (state == Answer::State::kMore) continue;
      if (state == Answer::State::kBroken) {
        ++reader.group->bad;
        return Lose(index);
      }
      Done(index);
      if (reader.answer.closes()) return Lose(index);
      if (reader.group->rate <= 0 && !burst_) return Ask(index, Now());
      reader.group->free.push_back(index);
    }
    if (size == 0 || !reader.connected) {
      if (reader.asked) ++reader.group->bad;
      Lose(index);
    }
  }

  // A connection that ended is made anew; it may stand among the free ones.
  void Lose(size_t index) {
    std::erase(readers_[index].group->free, index);
    Reopen(index);
  }

  void Done(size_t index) {
    Reader& reader = readers_[index];
    Group& group = *reader.group;
    reader.asked = false;
    --waiting_;
    const int status = reader.answer.status();
    if (status == 200) {
      ++group.good;
      group.latencies.push_back(static_cast<double>(Now() - reader.due) / 1000);
    } else {
      ++(status == 429 || status == 503 ? group.shed : group.bad);
    }
  }
  const int port_;
  const bool burst_;
  int64_t end_ = 0;
  int64_t begin_ = 0;
  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::vector<Reader> readers_;
  std::vector<Group*> groups_;
  int64_t connected_ = 0;
  int64_t waiting_ = 0;
};

std::string RequestFor(const Options& options, const std::string& token) {
  std::string request =
      "GET " + options.Text("path") + " HTTP/1.1\r\nHost: 127.0.0.1:" + options.Text("port") +
      "\r\nAccept: text/html\r\nAccept-Encoding: " + options.Text("encoding", "identity") + "\r\n";
  if (!token.empty()) request += "Authorization: Bearer " + token + "\r\n";
  return request + "\r\n";
}

void Print(const char* name, Group& group) {
  std::printf(
      "\"%s\": {\"offered\": %ld, \"sent\": %ld, \"good\": %ld, \"shed\": %ld, \"bad\": %ld, "
      "\"p50\": %.3f, \"p95\": %.3f, \"p99\": %.3f}, ",
      name, group.offered, group.sent, group.good, group.shed, group.bad,
      Quantile(group.latencies, 0.5), Quantile(group.latencies, 0.95),
      Quantile(group.latencies, 0.99));
}

}  // namespace

int main(int argc, char** argv) {
  const Options options(argc, argv);
  RaiseFileLimit();
  const int port = static_cast<int>(options.Number("port"));
  const auto length = static_cast<int64_t>(options.Number("seconds") * 1e6);
  Group guests{.request = RequestFor(options, ""), .rate = options.Number("rate", 0)};
  Group members{.request = RequestFor(options, options.Text("token", "")),
                .rate = options.Number("member_rate", 0)};
  const bool burst = options.Number("burst", 0) != 0;
  Readers readers(port, burst);
  readers.Add(guests, static_cast<int>(options.Number("connections")));
  readers.Add(members, static_cast<int>(options.Number("members", 0)));
  readers.WaitForConnections();
  const int64_t begin = Now();
  if (burst) {
    readers.Burst(begin + length);
  } else {
    readers.Run(begin + length);
  }
  std::printf("{");
  Print("guests", guests);
  Print("members", members);
  std::printf("\"seconds\": %.3f}\n", static_cast<double>(Now() - begin) / 1e6);
}
