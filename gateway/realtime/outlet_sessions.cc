// SPDX-License-Identifier: Apache-2.0
// The life of a live connection: what it says, until it ends.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/realtime/exchange.h"
#include "gateway/realtime/outlet.h"
#include "gateway/websocket/frame_writer.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

// Of an idle connection nothing larger is kept.
constexpr size_t kReadBytes = 256;
constexpr size_t kLongestMessage = 16 << 10;
constexpr std::string_view kRetry = "retry: 3000\n\n";

}  // namespace

// A subscriber among the others of its thread, also when its coroutine ends with its thread.
class Presently {
 public:
  Presently(Outlet& outlet, Subscriber& subscriber) : outlet_(outlet), subscriber_(subscriber) {
    outlet_.Enter(subscriber_);
  }
  ~Presently() { outlet_.Exit(subscriber_); }
  Presently(const Presently&) = delete;
  Presently& operator=(const Presently&) = delete;

 private:
  Outlet& outlet_;
  Subscriber& subscriber_;
};

asio::awaitable<bool> Outlet::ServeSocket(ByteStream& stream, ReaderPointer reader, bool deflate) {
  using Kind = FrameParser::Event::Kind;
  Subscriber subscriber(config_, meters_, stream, executor_, std::move(reader),
                        deflate ? Wire::kDeflatedWebSocket : Wire::kWebSocket);
  stream.Expect(absl::InfiniteDuration());
  {
    const Presently present(*this, subscriber);
    Welcome(subscriber);
    FrameParser parser({.most_bytes = kLongestMessage, .deflate = deflate});
    char buffer[kReadBytes];
    bool open = true;
    while (open) {
      const size_t size = co_await stream.Read(buffer, sizeof buffer);
      if (size == 0) {
        subscriber.Break();
        break;
      }
      subscriber.heard = clock_;
      std::string_view bytes(buffer, size);
      while (open && !bytes.empty()) {
        const FrameParser::Event event = parser.Next(bytes);
        switch (event.kind) {
          case Kind::kNone:
          case Kind::kPong:
            break;
          case Kind::kPing:
            ++subscriber.said;
            subscriber.SendRaw(EncodeFrame(Opcode::kPong, event.payload));
            break;
          case Kind::kMessage:
            if (subscriber.closing()) break;
            if (!event.text) {
              subscriber.Close(CloseCode::kUnsupported);
            } else if (!Listen(subscriber, event.payload)) {
              subscriber.Close(CloseCode::kPolicy);
            }
            break;
          case Kind::kClose:
            // The answer says the same; to a close frame of ours this is the answer.
            subscriber.Close(event.code);
            open = false;
            break;
          case Kind::kError:
            subscriber.Close(event.code);
            open = false;
            break;
        }
      }
    }
  }
  co_await subscriber.AwaitWriter();
  co_return true;
}

asio::awaitable<bool> Outlet::ServeEvents(ByteStream& stream, ReaderPointer reader,
                                          std::vector<Channel> channels, std::string after) {
  Subscriber subscriber(config_, meters_, stream, executor_, std::move(reader), Wire::kEventStream);
  stream.Expect(absl::InfiniteDuration());
  {
    const Presently present(*this, subscriber);
    subscriber.SendRaw(std::string(kRetry));
    Welcome(subscriber);
    subscriber.wished = channels;
    exchange_.Subscribe(*this, subscriber.id, subscriber.reader, std::move(channels),
                        std::move(after));
    co_await subscriber.AwaitEnd();
  }
  co_await subscriber.AwaitWriter();
  co_return true;
}

void Outlet::Welcome(Subscriber& subscriber) {
  const std::string position = exchange_.Position();
  subscriber.Send(std::make_shared<const Message>(
      WelcomeJson(position, absl::ToInt64Seconds(config_.realtime_heartbeat)), position));
}

bool Outlet::Listen(Subscriber& subscriber, std::string_view text) {
  ++subscriber.said;
  absl::StatusOr<ClientMessage> message = ParseClientMessage(text);
  if (!message.ok()) {
    const absl::string_view detail = message.status().message();
    subscriber.Send(
        std::make_shared<const Message>(ErrorJson(std::string_view(detail.data(), detail.size()))));
    return true;
  }
  const Reader& reader = *subscriber.reader;
  std::vector<Channel> left;
  for (const std::string& name : message->unsubscribe) {
    if (auto channel = ParseChannel(name, reader.tenant, reader.user_id))
      left.push_back(*std::move(channel));
  }
  Unsubscribe(subscriber, left);
  if (message->typing != 0 && reader.signed_in()) {
    const Channel presence{reader.tenant, Channel::Kind::kPresence, message->typing};
    for (const Subscriber::Place& place : subscriber.places) {
      if (place.room->channel == presence) exchange_.Typing(subscriber.reader, message->typing);
    }
  }
  if (!message->subscribe.empty()) Wish(subscriber, message->subscribe, std::move(message->after));
  return subscriber.places.size() + subscriber.wished.size() <= 2 * kMostChannels;
}

void Outlet::Wish(Subscriber& subscriber, const std::vector<std::string>& names,
                  std::string after) {
  std::vector<Channel> channels;
  for (const std::string& name : names) {
    auto channel = ParseChannel(name, subscriber.reader->tenant, subscriber.reader->user_id);
    std::string_view refused;
    if (!channel.has_value()) {
      refused = "NOT_FOUND";
    } else if (channel->kind == Channel::Kind::kUser && !subscriber.reader->signed_in()) {
      refused = "SIGN_IN_REQUIRED";
    } else if (subscriber.places.size() + subscriber.wished.size() >= kMostChannels) {
      refused = "TOO_MANY_REQUESTS";
    }
    if (!refused.empty()) {
      subscriber.Send(std::make_shared<const Message>(RefusedJson(name, refused)));
      continue;
    }
    subscriber.wished.push_back(*channel);
    channels.push_back(*std::move(channel));
  }
  if (channels.empty()) return;
  exchange_.Subscribe(*this, subscriber.id, subscriber.reader, std::move(channels),
                      std::move(after));
}

}  // namespace forium::gateway
