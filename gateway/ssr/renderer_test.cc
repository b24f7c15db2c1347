// SPDX-License-Identifier: Apache-2.0
#include "gateway/ssr/renderer.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fstream>
#include <future>
#include <sstream>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;
using Html = absl::StatusOr<std::string>;

std::string Bundle() {
  std::ostringstream text;
  text << std::ifstream("gateway/ssr/testdata/render.js").rdbuf();
  return text.str();
}

class RendererTest : public testing::Test {
 protected:
  void Start(RendererOptions options) {
    auto renderer = Renderer::Create(bundle_, options);
    ASSERT_TRUE(renderer.ok()) << renderer.status();
    renderer_ = *std::move(renderer);
  }

  std::future<Html> Begin(std::string page, absl::Time deadline = absl::InfiniteFuture()) {
    const auto render = [this, page, deadline]() -> asio::awaitable<Html> {
      co_return co_await renderer_->Render("{\"page\":\"" + page + "\",\"title\":\"Grüße\"}",
                                           shared_, deadline);
    };
    return asio::co_spawn(io_, render, asio::use_future);
  }

  // Runs what was begun to its end.
  void Finish() {
    io_.restart();
    io_.run();
  }

  Html Render(std::string page) {
    auto html = Begin(std::move(page));
    Finish();
    return html.get();
  }

  const std::string bundle_ = Bundle();
  std::string shared_ = "[]";
  asio::io_context io_;
  std::unique_ptr<Renderer> renderer_;
};

TEST_F(RendererTest, PropsBecomeHtml) {
  Start({});
  EXPECT_EQ(*Render("list"), "<!doctype html><title>Grüße</title></head>");
}

TEST_F(RendererTest, WhatPagesShareIsThatOfEachPage) {
  Start({.machines = 1});
  for (const std::string shared : {"[1]", "[1]", "[2]", "[1]"}) {
    shared_ = shared;
    EXPECT_EQ(*Render("shared"), shared);
  }
}

TEST_F(RendererTest, ManyPagesAtOnceAllArrive) {
  Start({.machines = 2});
  std::vector<std::future<Html>> pages;
  for (int i = 0; i < 200; ++i) pages.push_back(Begin("list"));
  Finish();
  for (auto& page : pages) EXPECT_TRUE(page.get().ok());
}

TEST_F(RendererTest, RunawayScriptIsEndedAndItsMachineReplaced) {
  Start({.machines = 1, .render_limit = absl::Milliseconds(50)});
  const absl::Time begin = absl::Now();
  const Html html = Render("forever");
  EXPECT_EQ(status::ReasonOf(html.status()), type::v1::INTERNAL);
  EXPECT_NE(status::CauseOf(html.status()).find("too long"), std::string::npos);
  EXPECT_LT(absl::Now() - begin, absl::Seconds(10));
  EXPECT_EQ(*Render("list"), "<!doctype html><title>Grüße</title></head>");
}

TEST_F(RendererTest, EachRenderHasItsWholeLimit) {
  Start({.machines = 1, .render_limit = absl::Milliseconds(400)});
  // Together they take longer than one may.
  for (int i = 0; i < 60; ++i) ASSERT_EQ(*Render("slow"), "slow true");
}

TEST_F(RendererTest, WhatTheScriptThrowsIsAPrivateCause) {
  Start({.machines = 1});
  const Html html = Render("throw");
  EXPECT_EQ(status::ReasonOf(html.status()), type::v1::INTERNAL);
  EXPECT_EQ(html.status().message().find("no such page"), absl::string_view::npos);
  EXPECT_NE(status::CauseOf(html.status()).find("no such page"), std::string::npos);
  EXPECT_FALSE(Render("number").ok());
}

TEST_F(RendererTest, FullQueueRefusesAtOnce) {
  Start({.machines = 1, .queue = 2, .render_limit = absl::Milliseconds(100)});
  std::vector<std::future<Html>> pages;
  for (int i = 0; i < 8; ++i) pages.push_back(Begin("forever"));
  Finish();
  int refused = 0;
  for (auto& page : pages) {
    const Html html = page.get();
    if (status::ReasonOf(html.status()) == type::v1::UNAVAILABLE) ++refused;
  }
  EXPECT_GE(refused, 5);  // one runs, two wait
  EXPECT_EQ(*Render("list"), "<!doctype html><title>Grüße</title></head>");
}

TEST_F(RendererTest, PageThatWaitedTooLongIsNotBegun) {
  Start({.machines = 1, .render_limit = absl::Milliseconds(100), .wait_limit = absl::Seconds(30)});
  auto first = Begin("forever");
  auto late = Begin("list", absl::Now() + absl::Milliseconds(10));
  auto patient = Begin("list");
  Finish();
  EXPECT_EQ(status::ReasonOf(first.get().status()), type::v1::INTERNAL);
  EXPECT_EQ(status::ReasonOf(late.get().status()), type::v1::UNAVAILABLE);
  EXPECT_TRUE(patient.get().ok());
}

TEST_F(RendererTest, EndAnswersWhatStillWaits) {
  Start({.machines = 1, .render_limit = absl::Milliseconds(100)});
  auto running = Begin("forever");
  auto waiting = Begin("list");
  io_.restart();
  while (io_.poll() > 0) {
  }
  renderer_.reset();
  Finish();
  EXPECT_FALSE(running.get().ok());
  EXPECT_FALSE(waiting.get().ok());
}

TEST_F(RendererTest, BundleThatDoesNotRunIsAnErrorAtTheStart) {
  EXPECT_FALSE(Renderer::Create("syntax error here", {}).ok());
  EXPECT_FALSE(Renderer::Create("throw new Error('x')", {}).ok());
  EXPECT_FALSE(Renderer::Create("globalThis.render = 5", {}).ok());
  EXPECT_FALSE(Renderer::Create("", {}).ok());
}

}  // namespace
}  // namespace forium::gateway
