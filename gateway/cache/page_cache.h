// SPDX-License-Identifier: Apache-2.0
// Answers to guests, ready to send: bounded in bytes, dropped by tag, made once however many ask
// for them at a time. An answer whose making began before one of its tags was dropped is sent but
// not kept. What is merely aged is answered a moment longer, to those who come while it is being
// made anew. Thread-safe.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "gateway/cache/cached_page.h"
#include "gateway/cache/flight.h"

namespace forium::gateway {

class PageCache {
 public:
  // What was aged is answered for at most this long; on a topic under writes nobody queues then
  // but the one who makes its page anew.
  static constexpr absl::Duration kMostStale = absl::Seconds(1);

  explicit PageCache(int64_t max_bytes);
  ~PageCache();

  // The page of a key, or nullptr: then ask FindOrMake. Keys begin with the tenant and a space; of
  // the bytes, a tenant gets at most half when others need theirs.
  std::shared_ptr<const CachedPage> Find(std::string_view key);

  // Makes the page and keeps it under the key if it is to be kept. Of several callers for one key
  // the first makes it; the others wait and get the same. `make` answers a page; one without tags
  // is not kept. A failure is shared too. When the first one's coroutine ends before the page is
  // made (cancelled, destroyed), the next makes it.
  using Page = Flight::Page;
  using Make = std::function<boost::asio::awaitable<Page>()>;
  boost::asio::awaitable<Page> FindOrMake(std::string key, Make make);

  // Whether somebody makes the page of the key now: FindOrMake would most likely wait for it, or
  // answer what was kept before.
  bool BeingMade(std::string_view key) const;

  // Drops all pages with one of the tags, and keeps those that are being made from being kept.
  void Drop(std::span<const std::string> tags);
  void DropAll();
  // What the pages of the tags show is not wrong but lacks something: the next request makes them
  // anew, and others need not wait for it.
  void Age(std::span<const std::string> tags);

  int64_t bytes() const;
  int64_t pages() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forium::gateway
