// SPDX-License-Identifier: Apache-2.0
#include "gateway/cache/page_cache.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <thread>

#include "gateway/cache/event_tags.h"
#include "gateway/cache/prepare.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

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
  const PageCache::Make fail = []() -> asio::awaitable<PageCache::Page> {
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(5));
    co_await timer.async_wait(asio::use_awaitable);
    co_return status::NotFound("gone");
  };
  Ask("a", fail);
  Ask("a", fail);
  Run();
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

TEST(EventTagsTest, EventsTouchWhatShowsThem) {
  events::v1::Event post;
  post.mutable_post_changed()->set_topic_id(17);
  post.mutable_post_changed()->set_category_id(3);
  post.mutable_post_changed()->set_author_id(5);
  EXPECT_THAT(TagsOf(post).tags, UnorderedElementsAre("topic:17", "category:3", "user:5", "list"));
  post.mutable_post_changed()->set_kind(events::v1::PostChanged::REACTIONS);
  EXPECT_THAT(TagsOf(post).tags, UnorderedElementsAre("topic:17", "user:5"));

  events::v1::Event topic;
  topic.mutable_topic_changed()->set_topic_id(17);
  topic.mutable_topic_changed()->set_category_id(3);
  topic.mutable_topic_changed()->set_old_category_id(4);
  topic.mutable_topic_changed()->add_tags("linux");
  EXPECT_THAT(TagsOf(topic).tags, UnorderedElementsAre("topic:17", "category:3", "category:4",
                                                       "tag:linux", "tags", "list"));

  events::v1::Event site;
  site.mutable_site_changed();
  EXPECT_TRUE(TagsOf(site).everything);
  events::v1::Event sessions;
  sessions.mutable_sessions_ended();
  EXPECT_FALSE(TagsOf(sessions).everything);
  EXPECT_TRUE(TagsOf(sessions).tags.empty());
}

}  // namespace
}  // namespace forium::gateway
