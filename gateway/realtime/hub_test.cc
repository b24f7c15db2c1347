// SPDX-License-Identifier: Apache-2.0
// Outlet and exchange together, over streams in memory, before services that do what a test says.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gateway/realtime/exchange.h"
#include "gateway/realtime/outlet.h"
#include "gateway/testing/fake_services.h"
#include "proto/google/api/httpbody.pb.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;
using google::api::HttpBody;

constexpr absl::Duration kPatience = absl::Seconds(10);

// One connection's bytes: what the client says goes in, what it is told is looked at.
class MemoryStream : public ByteStream {
 public:
  explicit MemoryStream(asio::io_context& io) : wake_(io) {
    wake_.expires_at(asio::steady_timer::time_point::max());
  }
  asio::awaitable<size_t> Read(char* into, size_t most) override {
    while (in_.empty() && !over_) {
      co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    const size_t size = over_ ? 0 : std::min(most, in_.size());
    in_.copy(into, size);
    in_.erase(0, size);
    co_return size;
  }
  asio::awaitable<bool> Write(std::span<const std::string_view> parts) override {
    while (blocked_ && !over_) {
      co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    const std::lock_guard lock(mutex_);
    if (!over_) {
      for (const std::string_view part : parts) out_ += part;
    }
    changed_.notify_all();
    co_return !over_;
  }
  void Expect(absl::Duration timeout) override {
    if (timeout < absl::Seconds(60)) farewell_ = true;
  }
  void ShutdownWrite() override {}
  void Close() override {
    over_ = true;
    wake_.cancel();
  }

  // On the io thread.
  void Say(std::string_view bytes) {
    in_ += bytes;
    wake_.cancel();
  }
  void Block(bool blocked) {
    blocked_ = blocked;
    wake_.cancel();
  }
  bool farewell() const { return farewell_; }

  // From the test's thread.
  bool Hears(std::string_view text, absl::Duration patience = kPatience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, absl::ToChronoMilliseconds(patience),
                             [&] { return out_.find(text) != std::string::npos; });
  }
  std::string heard() {
    const std::lock_guard lock(mutex_);
    return out_;
  }
  void Clear() {
    const std::lock_guard lock(mutex_);
    out_.clear();
  }

 private:
  asio::steady_timer wake_;
  std::string in_;
  bool over_ = false;
  bool blocked_ = false;
  std::atomic<bool> farewell_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string out_;
};

std::string Frame(std::string_view text) {
  std::string frame = {static_cast<char>(0x81), static_cast<char>(0x80 | text.size()), 0, 0, 0, 0};
  return frame.append(text);
}

class HubTest : public testing::Test {
 protected:
  HubTest() : io_(1), work_(io_.get_executor()) {
    config_.realtime.coalesce = absl::Milliseconds(20);
    services_.On<forum::v1::GetTopicRequest, HttpBody>(
        "forium.forum.v1.ForumService.GetTopic",
        [this](const rpc::Call&, const forum::v1::GetTopicRequest&) -> absl::StatusOr<HttpBody> {
          ++topics_asked_;
          if (private_) return status::NotFound("There is no such topic.");
          HttpBody body;
          body.set_data(
              R"({"id":"17","categoryId":"3","state":"VISIBLE","title":"T","authors":[]})");
          return body;
        });
    services_.On<forum::v1::ListCategoriesRequest, HttpBody>(
        "forium.forum.v1.ForumService.ListCategories",
        [](const rpc::Call&, const forum::v1::ListCategoriesRequest&) -> absl::StatusOr<HttpBody> {
          HttpBody body;
          body.set_data(R"({"categories":[{"id":"3"}]})");
          return body;
        });
    services_.On<forum::v1::GetPostRequest, forum::v1::Post>(
        "forium.forum.v1.ForumService.GetPost",
        [this](const rpc::Call&,
               const forum::v1::GetPostRequest& request) -> absl::StatusOr<forum::v1::Post> {
          ++posts_asked_;
          if (broken_) return absl::UnavailableError("gone");
          forum::v1::Post post;
          post.set_id(request.id());
          post.set_topic_id(17);
          post.set_html(std::string(html_bytes_, 'x'));
          return post;
        });
  }
  ~HubTest() override {
    Do([this] {
      for (auto& stream : streams_) stream->Close();
    });
    while (open_ > 0) absl::SleepFor(absl::Milliseconds(1));
    exchange_->Stop();
    work_.reset();
    io_.stop();
    thread_.join();
  }

  void Begin() {
    exchange_ =
        std::make_unique<Exchange>(config_.realtime, meters_, services_.services(), identities_,
                                   [](const std::string&, const std::string&) {});
    outlet_ = std::make_unique<Outlet>(io_.get_executor(), config_.realtime, meters_, *exchange_);
    exchange_->Add(*outlet_);
    thread_ = std::thread([this] { io_.run(); });
  }
  void Do(std::function<void()> work) {
    std::promise<void> done;
    asio::post(io_, [&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  static ReaderPointer Guest() {
    auto reader = std::make_shared<Reader>();
    reader->tenant = "default";
    return reader;
  }
  static ReaderPointer Member(int64_t id) {
    auto reader = std::make_shared<Reader>();
    reader->tenant = "default";
    reader->token = "member-" + std::to_string(id);
    reader->bearer = true;
    reader->level = 1;
    reader->user_id = id;
    reader->session_id = id;
    return reader;
  }
  MemoryStream& Connect(ReaderPointer reader) {
    MemoryStream* stream = nullptr;
    Do([&] {
      streams_.push_back(std::make_unique<MemoryStream>(io_));
      stream = streams_.back().get();
      ++open_;
      const auto ended = [this](const std::exception_ptr&, bool) { --open_; };
      asio::co_spawn(io_, outlet_->ServeSocket(*stream, std::move(reader), false), ended);
    });
    return *stream;
  }
  MemoryStream& Listen(ReaderPointer reader, const std::string& channels = R"("topic:17")",
                       const std::string& after = "") {
    MemoryStream& stream = Connect(std::move(reader));
    Say(stream, "{\"subscribe\":[" + channels + "]" +
                    (after.empty() ? "" : ",\"after\":\"" + after + "\"") + "}");
    EXPECT_TRUE(stream.Hears(R"("type":"subscribed")")) << stream.heard();
    return stream;
  }
  void Say(MemoryStream& stream, const std::string& text) {
    Do([&] { stream.Say(Frame(text)); });
  }
  void Happen(int64_t post, events::v1::PostChanged::Kind kind) {
    events::v1::Event event;
    event.set_tenant("default");
    auto& changed = *event.mutable_post_changed();
    changed.set_post_id(post);
    changed.set_topic_id(17);
    changed.set_category_id(3);
    changed.set_number(static_cast<int>(post));
    changed.set_kind(kind);
    exchange_->OnEvent(event);
  }

  Config config_;
  Meters meters_;
  FakeServices services_;
  Identities identities_{config_, services_.services().auth};
  std::atomic<int> topics_asked_{0};
  std::atomic<int> posts_asked_{0};
  std::atomic<bool> private_{false};
  std::atomic<bool> broken_{false};
  std::atomic<size_t> html_bytes_{10};
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::unique_ptr<Exchange> exchange_;
  std::unique_ptr<Outlet> outlet_;
  std::vector<std::unique_ptr<MemoryStream>> streams_;
  std::atomic<int> open_{0};
  std::thread thread_;
};

constexpr auto kCreated = events::v1::PostChanged::CREATED;
constexpr auto kReactions = events::v1::PostChanged::REACTIONS;

TEST_F(HubTest, AsksOnceForAllReadersOfALevel) {
  Begin();
  std::vector<MemoryStream*> readers;
  for (int i = 0; i < 30; ++i) readers.push_back(&Listen(Guest()));
  for (int i = 0; i < 10; ++i) readers.push_back(&Listen(Member(100 + i)));
  EXPECT_LE(topics_asked_, 2);
  Happen(5, kCreated);
  for (MemoryStream* reader : readers)
    EXPECT_TRUE(reader->Hears(R"("kind":"post.created","topicId":"17","postId":"5")"));
  EXPECT_EQ(posts_asked_, 2);
}

TEST_F(HubTest, TellsManyReactionsAsOne) {
  Begin();
  MemoryStream& reader = Listen(Guest());
  for (int i = 0; i < 50; ++i) Happen(5, kReactions);
  EXPECT_TRUE(reader.Hears(R"("kind":"post.reactions")"));
  Happen(6, kCreated);
  EXPECT_TRUE(reader.Hears(R"("kind":"post.created")"));
  EXPECT_LE(posts_asked_, 4);
}

TEST_F(HubTest, WhatCannotBeReadIsAReset) {
  Begin();
  MemoryStream& reader = Listen(Guest());
  broken_ = true;
  Happen(5, kCreated);
  EXPECT_TRUE(reader.Hears(R"({"type":"reset","channels":["topic:17"]})"));
}

TEST_F(HubTest, ABusThatComesBackIsAResetForAll) {
  Begin();
  MemoryStream& reader = Listen(Guest(), R"("topic:17","list")");
  const std::string before = exchange_->Position();
  exchange_->OnBus(false);
  exchange_->OnBus(true);
  EXPECT_TRUE(reader.Hears(R"({"type":"reset","channels":["topic:17"]})"));
  EXPECT_TRUE(reader.Hears(R"({"type":"reset","channels":["list"]})"));
  MemoryStream& later = Listen(Guest(), R"("topic:17")", before);
  EXPECT_TRUE(later.Hears(R"({"type":"reset","channels":["topic:17"]})"));
}

TEST_F(HubTest, WhoLosesTheTopicHearsNoMore) {
  Begin();
  MemoryStream& guest = Listen(Guest());
  private_ = true;
  events::v1::Event event;
  event.set_tenant("default");
  event.mutable_category_changed()->set_category_id(3);
  exchange_->OnEvent(event);
  EXPECT_TRUE(guest.Hears(R"({"type":"revoked","channel":"topic:17"})"));
  MemoryStream& other = Connect(Guest());
  Say(other, R"({"subscribe":["topic:17"]})");
  EXPECT_TRUE(other.Hears(R"({"type":"refused","channel":"topic:17","reason":"NOT_FOUND"})"));
}

TEST_F(HubTest, MissedEventsAreMadeForALevelThatWasNotHere) {
  Begin();
  MemoryStream& guest = Listen(Guest());
  const std::string start = exchange_->Position();
  Happen(5, kCreated);
  EXPECT_TRUE(guest.Hears(R"("kind":"post.created")"));
  // No member was here when it happened.
  MemoryStream& member = Listen(Member(7), R"("topic:17")", start);
  EXPECT_TRUE(member.Hears(R"("kind":"post.created","topicId":"17","postId":"5")"));
}

TEST_F(HubTest, ASlowReaderIsClosedAndOthersAreNot) {
  config_.realtime.queue_bytes = 64 << 10;
  Begin();
  MemoryStream& slow = Listen(Guest());
  MemoryStream& quick = Listen(Guest());
  Do([&] { slow.Block(true); });
  html_bytes_ = 20'000;
  for (int i = 2; i < 12; ++i) {
    Happen(i, kCreated);
    EXPECT_TRUE(quick.Hears("\"postId\":\"" + std::to_string(i) + "\""));
  }
  EXPECT_TRUE(slow.farewell());
  Do([&] { slow.Block(false); });
  EXPECT_TRUE(slow.Hears(std::string("\x88\x02\x0f\xa0", 4)));  // 4000
}

TEST_F(HubTest, WhoDoesNotAnswerPingsIsClosed) {
  config_.realtime.realtime_heartbeat = absl::Milliseconds(80);
  Begin();
  MemoryStream& silent = Connect(Guest());
  EXPECT_TRUE(silent.Hears(std::string("\x89\x00", 2)));
  EXPECT_TRUE(silent.Hears(std::string("\x88\x02\x0f\xa2", 4)));  // 4002
}

TEST_F(HubTest, SaysWhoIsHereToWhoIsHere) {
  Begin();
  MemoryStream& guest = Listen(Guest(), R"("presence:17")");
  Listen(Member(7), R"("presence:17")");
  EXPECT_TRUE(guest.Hears(R"("count":1,"guests":1)")) << guest.heard();
}

}  // namespace
}  // namespace forium::gateway
