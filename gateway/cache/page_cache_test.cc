// SPDX-License-Identifier: Apache-2.0
#include "gateway/cache/page_cache.h"

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <thread>

#include "absl/time/clock.h"
#include "gateway/cache/prepare.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;
using ::testing::HasSubstr;
using ::testing::Not;

std::shared_ptr<const CachedPage> NewPage(std::string body, std::vector<std::string> tags) {
  Response response = Response::Html(std::move(body));
  response.cache_tags = std::move(tags);
  return Prepare(std::move(response));
}

class PageCacheTest : public ::testing::Test {
 protected:
  // Makes a page of the text; `meanwhile` runs while it is being made.
  PageCache::Make Making(std::string text, std::vector<std::string> tags,
                         std::function<void()> meanwhile = {}) {
    return [=, this]() -> asio::awaitable<PageCache::Page> {
      ++made_;
      asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(20));
      co_await timer.async_wait(asio::use_awaitable);
      if (meanwhile) meanwhile();
      co_return NewPage(text, tags);
    };
  }
  void Ask(const std::string& key, PageCache::Make make) {
    const auto done = [this](const std::exception_ptr& error, PageCache::Page page) {
      ASSERT_EQ(error, nullptr);
      answers_.push_back(page.ok() ? (*page)->body : std::string(page.status().message()));
    };
    asio::co_spawn(io_, cache_.FindOrMake(key, std::move(make)), done);
  }
  void Run() {
    io_.restart();
    io_.run();
  }
  void Age(const std::string& tag) { cache_.Age(std::vector<std::string>{tag}); }
  void Drop(const std::string& tag) { cache_.Drop(std::vector<std::string>{tag}); }
  void KeepLarge(int i) {
    const auto page = NewPage(std::string(10'000, 'x'), {"list"});
    const PageCache::Make make = [page]() -> asio::awaitable<PageCache::Page> { co_return page; };
    Ask("key" + std::to_string(i), make);
    Run();
  }
  void Keep(const std::string& key, const std::string& text, std::vector<std::string> tags) {
    Ask(key, Making(text, std::move(tags)));
    Run();
  }
  std::string Kept(const std::string& key) {
    const auto page = cache_.Find(key);
    return page == nullptr ? "" : page->body;
  }

  asio::io_context io_;
  PageCache cache_{1 << 20};
  int made_ = 0;
  std::vector<std::string> answers_;
};

TEST_F(PageCacheTest, KeepsWhatHasTags) {
  Keep("a", "A", {"topic:1"});
  Keep("b", "B", {});
  EXPECT_EQ(Kept("a"), "A");
  EXPECT_EQ(Kept("b"), "");
}

TEST_F(PageCacheTest, ManyRequestsMakeAPageOnce) {
  for (int i = 0; i < 50; ++i) Ask("a", Making("A", {"list"}));
  Run();
  EXPECT_EQ(made_, 1);
  EXPECT_EQ(answers_, std::vector<std::string>(50, "A"));
}

TEST_F(PageCacheTest, FailureIsSharedAndNotKept) {
  const PageCache::Make fail = [this]() -> asio::awaitable<PageCache::Page> {
    ++made_;
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(5));
    co_await timer.async_wait(asio::use_awaitable);
    co_return status::NotFound("gone");
  };
  Ask("a", fail);
  Ask("a", fail);
  Run();
  EXPECT_EQ(made_, 1);
  EXPECT_EQ(answers_, std::vector<std::string>(2, "gone"));
  Keep("a", "A", {"list"});
  EXPECT_EQ(Kept("a"), "A");
}

TEST_F(PageCacheTest, DropsByTag) {
  Keep("a", "A", {"topic:1", "category:3"});
  Keep("b", "B", {"topic:2", "category:3"});
  Keep("c", "C", {"list"});
  cache_.Drop(std::vector<std::string>{"topic:1"});
  EXPECT_EQ(Kept("a"), "");
  EXPECT_EQ(Kept("b"), "B");
  cache_.Drop(std::vector<std::string>{"category:3"});
  EXPECT_EQ(Kept("b"), "");
  EXPECT_EQ(Kept("c"), "C");
  cache_.DropAll();
  EXPECT_EQ(Kept("c"), "");
  EXPECT_EQ(cache_.bytes(), 0);
}

TEST_F(PageCacheTest, PageThatBeganBeforeADropIsNotKept) {
  Ask("a",
      Making("old", {"topic:1"}, [this] { cache_.Drop(std::vector<std::string>{"topic:1"}); }));
  Run();
  EXPECT_EQ(answers_, std::vector<std::string>{"old"});
  EXPECT_EQ(Kept("a"), "");
  Ask("b", Making("B", {"topic:2"}, [this] { cache_.Drop(std::vector<std::string>{"topic:1"}); }));
  Run();
  EXPECT_EQ(Kept("b"), "B");
  Ask("c", Making("old", {"topic:3"}, [this] { cache_.DropAll(); }));
  Run();
  EXPECT_EQ(Kept("c"), "");
}

TEST_F(PageCacheTest, RequestAfterADropDoesNotJoinAnOlderMaking) {
  Ask("a", Making("old", {"topic:1"}, [this] {
        cache_.Drop(std::vector<std::string>{"topic:1"});
        Ask("a", Making("new", {"topic:1"}));
      }));
  Run();
  EXPECT_EQ(answers_, (std::vector<std::string>{"old", "new"}));
  EXPECT_EQ(Kept("a"), "new");
}

TEST_F(PageCacheTest, BytesAreBoundedAndTheLeastUsedGoes) {
  for (int i = 0; i < 400; ++i) {
    KeepLarge(i);
    KeepLarge(i);
    Kept("key0");
  }
  EXPECT_LE(cache_.bytes(), 1 << 20);
  EXPECT_GT(cache_.pages(), 50);
  EXPECT_NE(Kept("key0"), "");
  EXPECT_EQ(Kept("key1"), "");
}

TEST_F(PageCacheTest, ReadingEverythingOnceDoesNotFillIt) {
  for (int i = 0; i < 400; ++i) KeepLarge(i);
  EXPECT_LE(cache_.bytes(), (1 << 20) / 4);
  EXPECT_GT(cache_.pages(), 5);
}

TEST_F(PageCacheTest, ThreadsAgree) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      asio::io_context io;
      for (int i = 0; i < 300; ++i) {
        const std::string topic = "topic:" + std::to_string(i % 7);
        const PageCache::Make make = [topic]() -> asio::awaitable<PageCache::Page> {
          co_return NewPage(topic, {topic});
        };
        const auto done = [topic](const std::exception_ptr&, PageCache::Page page) {
          EXPECT_EQ((*page)->body, topic);
        };
        asio::co_spawn(io, cache_.FindOrMake(topic, make), done);
        if (i % 5 == t) cache_.Drop(std::vector<std::string>{topic});
        io.restart();
        io.run_for(std::chrono::milliseconds(1));
      }
      io.restart();
      io.run();
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(PageCacheTest, AgedPageIsMadeAnewByTheNextAndAnsweredToOthersMeanwhile) {
  Keep("a", "old", {"topic:1"});
  Age("topic:1");
  std::vector<std::string> meanwhile;
  Ask("a", Making("new", {"topic:1"}, [&] {
        meanwhile.push_back(Kept("a"));
        Ask("a", Making("not made", {"topic:1"}));
      }));
  Run();
  EXPECT_EQ(meanwhile, std::vector<std::string>{"old"});
  EXPECT_EQ(answers_, (std::vector<std::string>{"old", "new", "old"}));
  EXPECT_EQ(Kept("a"), "new");
  EXPECT_EQ(made_, 2);
}

TEST_F(PageCacheTest, AgedPageIsNotAnsweredByItself) {
  Keep("a", "old", {"topic:1"});
  Age("topic:1");
  EXPECT_EQ(Kept("a"), "");
  Keep("a", "new", {"topic:1"});
  EXPECT_EQ(answers_.back(), "new");
}

TEST_F(PageCacheTest, AgedPageIsNotAnsweredPastTheBound) {
  Keep("a", "old", {"topic:1"});
  Age("topic:1");
  const absl::Time end = absl::Now() + PageCache::kMostStale + absl::Milliseconds(20);
  std::string late = "not asked";
  Ask("a", Making("new", {"topic:1"}, [&] {
        while (absl::Now() < end) absl::SleepFor(absl::Milliseconds(5));
        Age("topic:1");  // does not make what is old any younger
        late = Kept("a");
      }));
  Run();
  EXPECT_EQ(late, "");
}

TEST_F(PageCacheTest, WhatIsDroppedIsNeverAnsweredHoweverOftenItWasAged) {
  Keep("a", "secret", {"topic:1"});
  Age("topic:1");
  Ask("a", Making("secret too", {"topic:1"}, [this] {
        Drop("topic:1");
        EXPECT_EQ(Kept("a"), "");
        Age("topic:1");
        EXPECT_EQ(Kept("a"), "");
        Ask("a", Making("clean", {"topic:1"}));
      }));
  Run();
  EXPECT_EQ(answers_, (std::vector<std::string>{"secret", "secret too", "clean"}));
  EXPECT_EQ(Kept("a"), "clean");
}

TEST_F(PageCacheTest, PageThatAgedWhileItWasMadeIsMadeAnewByTheNext) {
  Ask("a", Making("old", {"topic:1"}, [this] { Age("topic:1"); }));
  Run();
  EXPECT_EQ(Kept("a"), "");
  std::string meanwhile;
  Ask("a", Making("new", {"topic:1"}, [&] { meanwhile = Kept("a"); }));
  Run();
  EXPECT_EQ(meanwhile, "old");
  EXPECT_EQ(Kept("a"), "new");
}

TEST_F(PageCacheTest, AgingDoesNotMakeAColdPageTwice) {
  EXPECT_FALSE(cache_.BeingMade("a"));
  Ask("a", Making("A", {"topic:1"}, [this] {
        EXPECT_TRUE(cache_.BeingMade("a"));
        Age("topic:1");
        for (int i = 0; i < 10; ++i) Ask("a", Making("A", {"topic:1"}));
      }));
  Run();
  EXPECT_EQ(made_, 1);
  EXPECT_EQ(answers_, std::vector<std::string>(11, "A"));
  EXPECT_FALSE(cache_.BeingMade("a"));
}

TEST_F(PageCacheTest, AgedPageThatCannotBeMadeIsTriedAgain) {
  Keep("a", "old", {"topic:1"});
  Age("topic:1");
  const PageCache::Make fail = []() -> asio::awaitable<PageCache::Page> {
    co_return status::NotFound("away");
  };
  Ask("a", fail);
  Run();
  Keep("a", "new", {"topic:1"});
  EXPECT_EQ(answers_, (std::vector<std::string>{"old", "away", "new"}));
}

TEST_F(PageCacheTest, AThousandRequestsOnAColdPageMakeItOnceAcrossThreads) {
  constexpr int kThreads = 4;
  constexpr int kEach = 250;
  std::atomic<int> made = 0;
  std::atomic<int> asked = 0;
  std::atomic<int> answered = 0;
  // Ends when all have asked, so that all of them come while it is being made.
  const PageCache::Make make = [&]() -> asio::awaitable<PageCache::Page> {
    ++made;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (asked < kThreads * kEach) {
      timer.expires_after(std::chrono::milliseconds(1));
      co_await timer.async_wait(asio::use_awaitable);
    }
    co_return NewPage("A", {"topic:1"});
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      asio::io_context io;
      for (int i = 0; i < kEach; ++i) {
        const auto ask = [&]() -> asio::awaitable<void> {
          ++asked;
          const PageCache::Page page = co_await cache_.FindOrMake("a", make);
          EXPECT_EQ((*page)->body, "A");
          ++answered;
        };
        const auto done = [](const std::exception_ptr& error) { EXPECT_EQ(error, nullptr); };
        asio::co_spawn(io, ask, done);
      }
      io.run();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(answered, kThreads * kEach);
}

TEST_F(PageCacheTest, WhenTheFirstRequesterLeavesAnotherMakesIt) {
  asio::cancellation_signal leave;
  std::exception_ptr left;
  const auto gone = [&left](const std::exception_ptr& error, const PageCache::Page&) {
    left = error;
  };
  asio::co_spawn(io_, cache_.FindOrMake("a", Making("never", {"topic:1"})),
                 asio::bind_cancellation_slot(leave.slot(), gone));
  for (int i = 0; i < 10; ++i) Ask("a", Making("A", {"topic:1"}));
  const auto hang_up = [&leave] { leave.emit(asio::cancellation_type::terminal); };
  asio::steady_timer soon(io_, std::chrono::milliseconds(5));
  soon.async_wait([&](const boost::system::error_code&) { hang_up(); });
  Run();
  EXPECT_NE(left, nullptr);
  EXPECT_EQ(made_, 2);
  EXPECT_EQ(answers_, std::vector<std::string>(10, "A"));
  EXPECT_EQ(Kept("a"), "A");
}

TEST_F(PageCacheTest, WhenTheFirstRequestersThreadEndsAnotherMakesIt) {
  auto other = std::make_unique<asio::io_context>();
  bool begun = false;
  const PageCache::Make never = [&begun]() -> asio::awaitable<PageCache::Page> {
    begun = true;
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
    co_await timer.async_wait(asio::use_awaitable);
    co_return status::NotFound("not so");
  };
  asio::co_spawn(*other, cache_.FindOrMake("a", never), asio::detached);
  other->poll();
  ASSERT_TRUE(begun);
  Ask("a", Making("A", {"topic:1"}));
  io_.poll();
  other.reset();
  Run();
  EXPECT_EQ(answers_, std::vector<std::string>{"A"});
}

TEST(PrepareTest, NotModifiedLeavesOutWhatDescribesTheBody) {
  Response response = Response::Html("<p>");
  response.Add("Content-Encoding", "br");
  response.Add("Vary", "Cookie");
  const auto page = Prepare(std::move(response));
  EXPECT_THAT(page->head, HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(page->head, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_THAT(page->head, HasSubstr("ETag: " + page->etag));
  EXPECT_THAT(page->not_modified_head, HasSubstr("HTTP/1.1 304 Not Modified\r\n"));
  EXPECT_THAT(page->not_modified_head, HasSubstr("Vary: Cookie\r\n"));
  EXPECT_THAT(page->not_modified_head, Not(HasSubstr("Content-")));
}

}  // namespace
}  // namespace forium::gateway
