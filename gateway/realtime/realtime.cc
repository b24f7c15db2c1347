// SPDX-License-Identifier: Apache-2.0
#include "gateway/realtime/realtime.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/this_coro.hpp>
#include <mutex>
#include <vector>

#include "absl/time/clock.h"
#include "gateway/http/ascii.h"
#include "gateway/identity/origin.h"
#include "gateway/realtime/exchange.h"
#include "gateway/realtime/outlet.h"
#include "gateway/realtime/places.h"
#include "gateway/websocket/frame_writer.h"
#include "gateway/websocket/handshake.h"
#include "services/base/events/announcer.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

constexpr absl::Duration kLongestSpread = absl::Seconds(3);
constexpr size_t kLongestChannels = 2048;
constexpr std::string_view kPresence = "presence";

absl::Status TooMany() {
  return status::Error(absl::StatusCode::kResourceExhausted, type::v1::TOO_MANY_REQUESTS,
                       "There are too many live connections. Try again later.");
}

// A page of another site may not use its visitor's session here.
absl::Status CheckLiveOrigin(const Request& request, const Config& config) {
  if (request.Header("origin").empty() || IsOurOrigin(request, config)) return absl::OkStatus();
  if (request.bearer && request.Header("cookie").empty()) return absl::OkStatus();
  return status::Error(absl::StatusCode::kPermissionDenied, type::v1::CROSS_SITE,
                       "The request came from another site's page. Open this site and try again.");
}

asio::awaitable<bool> Refuse(ByteStream& stream, CloseCode code) {
  stream.Expect(absl::Seconds(3));
  const std::string frame = EncodeClose(code);
  const std::string_view parts[] = {frame};
  if (co_await stream.Write(parts)) stream.ShutdownWrite();
  char rest[64];
  while (co_await stream.Read(rest, sizeof rest) > 0) {
  }
  co_return true;
}

}  // namespace

struct Realtime::State : std::enable_shared_from_this<Realtime::State> {
  const Config& config;
  const RealtimeConfig& realtime;
  Meters meters;
  const std::shared_ptr<Places> places;
  std::atomic<bool> leaving{false};
  std::mutex mutex;
  struct Thread {
    const void* context;
    std::unique_ptr<Outlet> outlet;
  };
  std::vector<Thread> threads;  // guarded by mutex; each outlet stays
  // Between gateways; nullptr: this is the only one.
  events::Announcer* const announcer;
  Exchange exchange;
  std::unique_ptr<events::Subscription> heard;

  State(const Config& config, Services services, Identities& identities, events::Bus& bus)
      : config(config),
        realtime(config.realtime),
        places(std::make_shared<Places>(realtime)),
        announcer(dynamic_cast<events::Announcer*>(&bus)),
        exchange(realtime, meters, services, identities,
                 [this](const std::string& tenant, const std::string& bytes) {
                   if (announcer != nullptr) announcer->Announce(kPresence, tenant, bytes);
                 }) {
    if (announcer == nullptr) return;
    heard = announcer->Hear(kPresence, [this](std::string_view tenant, std::string_view bytes) {
      exchange.Hear(std::string(tenant), std::string(bytes));
    });
  }

  // The outlet of the thread that this runs on.
  Outlet& OutletOf(const asio::any_io_executor& executor) {
    const void* context = &asio::query(executor, asio::execution::context);
    const std::lock_guard lock(mutex);
    for (Thread& thread : threads) {
      if (thread.context == context) return *thread.outlet;
    }
    threads.push_back({context, std::make_unique<Outlet>(executor, realtime, meters, exchange)});
    exchange.Add(*threads.back().outlet);
    return *threads.back().outlet;
  }

  asio::awaitable<absl::StatusOr<Response>> Socket(Request& request);
  asio::awaitable<absl::StatusOr<Response>> Events(Request& request);
  asio::awaitable<bool> Serve(ByteStream& stream, ReaderPointer reader, bool deflate,
                              Places::Place place);
  asio::awaitable<bool> Stream(ByteStream& stream, ReaderPointer reader,
                               std::vector<Channel> channels, std::string after,
                               Places::Place place);
};

asio::awaitable<bool> Realtime::State::Serve(ByteStream& stream, ReaderPointer reader, bool deflate,
                                             Places::Place place) {
  if (leaving) co_return co_await Refuse(stream, CloseCode::kGoingAway);
  if (place == nullptr) co_return co_await Refuse(stream, CloseCode::kTryAgainLater);
  Outlet& outlet = OutletOf(co_await asio::this_coro::executor);
  co_return co_await outlet.ServeSocket(stream, std::move(reader), deflate);
}

asio::awaitable<bool> Realtime::State::Stream(ByteStream& stream, ReaderPointer reader,
                                              std::vector<Channel> channels, std::string after,
                                              Places::Place place) {
  static_cast<void>(place);
  if (leaving) co_return true;
  Outlet& outlet = OutletOf(co_await asio::this_coro::executor);
  co_return co_await outlet.ServeEvents(stream, std::move(reader), std::move(channels),
                                        std::move(after));
}

asio::awaitable<absl::StatusOr<Response>> Realtime::State::Socket(Request& request) {
  if (absl::Status origin = CheckLiveOrigin(request, config); !origin.ok()) co_return origin;
  absl::StatusOr<Handshake> handshake = AcceptWebSocket(request);
  if (!handshake.ok()) co_return HandshakeRefusal(request, handshake.status());
  Places::Place place = places->Take(request.remote_address);
  if (place == nullptr) meters.refused.Increment();
  Response response = std::move(handshake->response);
  response.stream = [self = shared_from_this(), reader = ReaderOf(request),
                     deflate = handshake->deflate, place](ByteStream& stream) {
    return self->Serve(stream, reader, deflate, place);
  };
  co_return response;
}

asio::awaitable<absl::StatusOr<Response>> Realtime::State::Events(Request& request) {
  if (absl::Status origin = CheckLiveOrigin(request, config); !origin.ok()) co_return origin;
  ReaderPointer reader = ReaderOf(request);
  std::string_view names = request.Query("channels").value_or("").substr(0, kLongestChannels);
  std::vector<Channel> channels;
  while (!names.empty()) {
    const std::string_view name = TakeUntil(names, ',');
    auto channel = ParseChannel(name, reader->tenant, reader->user_id);
    if (!channel.has_value()) {
      co_return status::Error(absl::StatusCode::kInvalidArgument, type::v1::INVALID_FIELD,
                              "A channel is like `list`, `category:3` or `topic:17`.", "channels");
    }
    if (channel->kind == Channel::Kind::kUser && !reader->signed_in()) {
      co_return status::Error(absl::StatusCode::kUnauthenticated, type::v1::SIGN_IN_REQUIRED,
                              "Sign in to hear of your own account.");
    }
    if (std::find(channels.begin(), channels.end(), *channel) == channels.end())
      channels.push_back(*std::move(channel));
  }
  if (channels.empty() || channels.size() > kMostChannels) {
    co_return status::Error(absl::StatusCode::kInvalidArgument, type::v1::INVALID_FIELD,
                            "Name 1 to 50 channels.", "channels");
  }
  std::string after(request.Header("last-event-id").substr(0, 64));
  if (after.empty()) after = std::string(request.Query("after").value_or("").substr(0, 64));
  Places::Place place = places->Take(request.remote_address);
  if (place == nullptr) {
    meters.refused.Increment();
    co_return TooMany();
  }
  Response response;
  response.Add("Content-Type", "text/event-stream");
  response.Add("Cache-Control", "no-store");
  response.Add("X-Accel-Buffering", "no");
  if (request.head) co_return response;
  response.stream = [self = shared_from_this(), reader = std::move(reader),
                     channels = std::move(channels), after = std::move(after),
                     place](ByteStream& stream) {
    return self->Stream(stream, reader, channels, after, place);
  };
  co_return response;
}

Realtime::Realtime(const Config& config, Services services, Identities& identities,
                   events::Bus& bus)
    : state_(std::make_shared<State>(config, services, identities, bus)) {}

Realtime::~Realtime() {
  state_->heard.reset();
  state_->exchange.Stop();
}

Handler Realtime::socket() {
  return [state = state_.get()](Request& request) { return state->Socket(request); };
}

Handler Realtime::events() {
  return [state = state_.get()](Request& request) { return state->Events(request); };
}

void Realtime::OnEvent(const events::v1::Event& event) { state_->exchange.OnEvent(event); }

void Realtime::OnBus(bool connected) { state_->exchange.OnBus(connected); }

void Realtime::Drain(absl::Duration grace) {
  if (!state_->leaving.exchange(true)) {
    const absl::Time end = absl::Now() + grace;
    {
      const std::lock_guard lock(state_->mutex);
      for (auto& thread : state_->threads)
        thread.outlet->PostLeave(std::min(grace / 2, kLongestSpread));
    }
    while (state_->places->taken() > 0 && absl::Now() < end) absl::SleepFor(absl::Milliseconds(5));
  }
  state_->heard.reset();
  state_->exchange.Stop();
}

}  // namespace forium::gateway
