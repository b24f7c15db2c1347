// SPDX-License-Identifier: Apache-2.0
// Many WebSocket connections to /realtime. Opens them, says so, holds them; on the way it may have
// posts made and measures when each subscriber hears of them.
//   live port=8080 connections=18000 seconds=60 [subscribe=topic:17]
//        [post=/api/v1/topics/17/posts token=… posts=10 pause=0.5]
// Prints {"open", "refused"} when all that could be opened are, and at the end, still holding them,
// {"dropped", "pings", "heard", "missed", "p50", "p99", "most"}: milliseconds from a post's answer
// to its arrival at a subscriber. Ends with its input.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/load/clients/options.h"
#include "tests/load/clients/sockets.h"

namespace {

using namespace forium::load;

constexpr int kAtOnce = 200;  // connections being opened
constexpr int kMostPosts = 100;
constexpr size_t kKeptRest = 64;

struct Subscriber {
  enum class State : uint8_t { kNone, kConnecting, kUpgrading, kOpen, kSubscribed, kOver };
  int fd = -1;
  State state = State::kNone;
  std::string rest;  // bytes of a frame that is not whole
};

// When posts were answered, told by one thread and read by another.
struct Posts {
  std::atomic<int> made{0};
  std::atomic<int> failed{0};
  std::atomic<int64_t> answered[kMostPosts] = {};
  std::atomic<bool> over{false};
};

// A frame of a client with a mask of zeros.
std::string Frame(char opcode, std::string_view payload) {
  std::string frame(1, static_cast<char>(0x80 | opcode));
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80 | payload.size());
  } else {
    frame += static_cast<char>(0x80 | 126);
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size());
  }
  frame.append(4, '\0');
  return frame.append(payload);
}

class Audience {
 public:
  Audience(int port, int connections, std::string subscribe, Posts& posts)
      : port_(port), subscribe_(std::move(subscribe)), posts_(posts), all_(connections) {}

  void Open() {
    size_t next = 0;
    while (settled() < all_.size()) {
      while (next < all_.size() && next - settled() < kAtOnce) Begin(next++);
      Wait(100);
    }
  }
  void HoldUntil(int64_t end) {
    while (Now() < end) Wait(50);
  }
  // Until all have heard all posts, or `end`.
  void HearUntil(int64_t end) {
    while (Now() < end && (!posts_.over || heard_ < posts_.made * good_)) Wait(10);
  }

  size_t settled() const { return good_ + refused_ + dropped_; }
  int64_t good() const { return good_; }
  int64_t refused() const { return refused_; }
  int64_t dropped() const { return dropped_; }
  int64_t heard() const { return heard_; }
  int64_t pings() const { return pings_; }
  std::vector<double>& latencies() { return latencies_; }

 private:
  using State = Subscriber::State;

  void Begin(size_t index) {
    Subscriber& one = all_[index];
    one.fd = Connect(port_, static_cast<int>(index));
    if (one.fd < 0) return Over(index);
    one.state = State::kConnecting;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = index;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, one.fd, &event);
  }

  bool Ready(const Subscriber& one) const {
    return one.state == (subscribe_.empty() ? State::kOpen : State::kSubscribed);
  }

  void Over(size_t index) {
    Subscriber& one = all_[index];
    if (Ready(one)) {
      --good_;
      ++dropped_;
    } else {
      ++refused_;
    }
    one.state = State::kOver;
    if (one.fd >= 0) close(one.fd);
    one.fd = -1;
  }

  void Wait(int milliseconds) {
    epoll_event events[512];
    const int count = epoll_wait(epoll_, events, 512, milliseconds);
    for (int i = 0; i < count; ++i) React(events[i]);
  }

  void React(const epoll_event& event) {
    const size_t index = event.data.u64;
    Subscriber& one = all_[index];
    if (one.state == State::kOver) return;
    if (one.state == State::kConnecting && (event.events & EPOLLOUT) != 0) {
      one.state = State::kUpgrading;
      if (ConnectError(one.fd) != 0 ||
          !SendAll(one.fd, "GET /realtime HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
                               "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                               "Sec-WebSocket-Version: 13\r\n"
                               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))
        return Over(index);
    }
    if ((event.events & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0) Read(index);
  }

  void Read(size_t index) {
    Subscriber& one = all_[index];
    char buffer[16384];
    ssize_t size;
    while ((size = recv(one.fd, buffer, sizeof(buffer), 0)) > 0) {
      // What came is looked at where it lies; only what is cut off is kept.
      std::string_view bytes(buffer, static_cast<size_t>(size));
      if (!one.rest.empty()) {
        one.rest.append(bytes);
        bytes = one.rest;
      }
      const size_t before = bytes.size();
      if (one.state == State::kUpgrading && !TakeHead(one, bytes)) return Over(index);
      while (one.state >= State::kOpen && TakeFrame(one, bytes)) {
        if (one.state == State::kOver) return;
      }
      if (bytes.size() < before || one.rest.empty()) one.rest = std::string(bytes);
      if (one.rest.empty() && one.rest.capacity() > kKeptRest) std::string().swap(one.rest);
    }
    if (size == 0) Over(index);
  }

  // False: it is not upgraded.
  bool TakeHead(Subscriber& one, std::string_view& bytes) {
    const size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return true;
    if (!bytes.starts_with("HTTP/1.1 101")) return false;
    bytes.remove_prefix(end + 4);
    one.state = State::kOpen;
    if (subscribe_.empty()) {
      ++good_;
      return true;
    }
    return SendAll(one.fd, Frame(1, "{\"subscribe\":[\"" + subscribe_ + "\"]}"));
  }

  // False: none is whole.
  bool TakeFrame(Subscriber& one, std::string_view& bytes) {
    if (bytes.size() < 2) return false;
    size_t length = static_cast<uint8_t>(bytes[1]);
    size_t header = 2;
    if (length >= 126) {
      header = length == 126 ? 4 : 10;
      if (bytes.size() < header) return false;
      length = 0;
      for (size_t i = 2; i < header; ++i) length = length << 8 | static_cast<uint8_t>(bytes[i]);
    }
    if (bytes.size() < header + length) return false;
    Hear(one, bytes[0] & 0x0F, bytes.substr(header, length));
    bytes.remove_prefix(header + length);
    return true;
  }

  void Hear(Subscriber& one, int opcode, std::string_view payload) {
    if (opcode == 9) {
      ++pings_;
      SendAll(one.fd, Frame(10, payload));
    } else if (opcode == 1 && one.state == State::kOpen &&
               payload.find("\"type\":\"subscribed\"") != std::string_view::npos) {
      one.state = State::kSubscribed;
      ++good_;
    } else if (opcode == 1 && payload.find("\"kind\":\"post.created\"") != std::string_view::npos) {
      Note(payload);
    }
  }

  // Posts carry their turn in their text.
  void Note(std::string_view payload) {
    constexpr std::string_view kTurn = "broadcast-";
    const size_t at = payload.find(kTurn);
    if (at == std::string_view::npos) return;
    const int turn = std::atoi(std::string(payload.substr(at + kTurn.size(), 4)).c_str());
    if (turn < 0 || turn >= kMostPosts) return;
    ++heard_;
    // Its answer may still be on the way: then it was heard at once.
    const int64_t answered = posts_.answered[turn];
    latencies_.push_back(answered == 0 ? 0 : static_cast<double>(Now() - answered) / 1000);
  }

  const int port_;
  const std::string subscribe_;
  Posts& posts_;
  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::vector<Subscriber> all_;
  int64_t good_ = 0;
  int64_t refused_ = 0;
  int64_t dropped_ = 0;
  int64_t heard_ = 0;
  int64_t pings_ = 0;
  std::vector<double> latencies_;
};

void MakePosts(const Options& options, int port, Posts& posts) {
  const int count = std::min(static_cast<int>(options.Number("posts", 10)), kMostPosts);
  for (int i = 0; i < count; ++i) {
    usleep(static_cast<useconds_t>(options.Number("pause", 0.5) * 1e6));
    const std::string body = "{\"raw\":\"The " + std::to_string(i) +
                             "th that all hear: broadcast-" + std::to_string(i) + " end.\"}";
    const int fd = ConnectNow(port);
    SendAll(fd, "POST " + options.Text("post") + " HTTP/1.1\r\nHost: 127.0.0.1:" +
                    std::to_string(port) + "\r\nAuthorization: Bearer " + options.Text("token") +
                    "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
    char answer[256] = {};
    const ssize_t size = recv(fd, answer, sizeof(answer) - 1, 0);
    posts.answered[i] = Now();
    if (size > 12 && std::string_view(answer).starts_with("HTTP/1.1 201")) {
      ++posts.made;
    } else {
      ++posts.failed;
    }
    close(fd);
  }
  posts.over = true;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options(argc, argv);
  RaiseFileLimit();
  const int port = static_cast<int>(options.Number("port"));
  Posts posts;
  Audience audience(port, static_cast<int>(options.Number("connections")),
                    options.Text("subscribe", ""), posts);
  audience.Open();
  std::printf("{\"open\": %ld, \"refused\": %ld}\n", audience.good(), audience.refused());
  std::fflush(stdout);
  const int64_t end = Now() + static_cast<int64_t>(options.Number("seconds") * 1e6);
  if (options.Text("post", "").empty()) {
    audience.HoldUntil(end);
  } else {
    std::thread writer([&] { MakePosts(options, port, posts); });
    audience.HearUntil(end);
    writer.join();
  }
  const int64_t expected = static_cast<int64_t>(posts.made) * audience.good();
  std::printf(
      "{\"dropped\": %ld, \"pings\": %ld, \"posts\": %d, \"failed\": %d, \"heard\": %ld, "
      "\"missed\": %ld, \"p50\": %.2f, \"p99\": %.2f, \"most\": %.2f}\n",
      audience.dropped(), audience.pings(), posts.made.load(), posts.failed.load(),
      audience.heard(), expected - audience.heard(), Quantile(audience.latencies(), 0.5),
      Quantile(audience.latencies(), 0.99), Quantile(audience.latencies(), 1));
  std::fflush(stdout);
  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
}
