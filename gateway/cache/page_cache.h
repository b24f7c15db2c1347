// SPDX-License-Identifier: Apache-2.0
// Answers to guests, ready to send: bounded in bytes, dropped by tag, made once however many ask
// for them at a time. An answer whose making began before one of its tags was dropped is sent but
// not kept. Thread-safe.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/http/message.h"

namespace forium::gateway {

// A response in its final form. `head`: status line and header fields up to those that differ by
// request.
struct CachedPage {
  int status = 200;
  std::string head;
  std::string not_modified_head;  // of the 304 to the same
  std::string body;
  std::string etag;  // strong, in quotes
  std::vector<std::string> tags;
};

class PageCache {
 public:
  explicit PageCache(int64_t max_bytes);
  ~PageCache();

  // The page of a key, or nullptr.
  std::shared_ptr<const CachedPage> Find(std::string_view key);

  // Makes the page and keeps it under the key if it is to be kept. Of several callers for one key
  // the first makes it; the others wait and get the same. `make` answers a page; one without tags
  // is not kept. A failure is shared too.
  using Page = absl::StatusOr<std::shared_ptr<const CachedPage>>;
  using Make = std::function<boost::asio::awaitable<Page>()>;
  boost::asio::awaitable<Page> FindOrMake(std::string key, Make make);

  // Drops all pages with one of the tags, and keeps those that are being made from being kept.
  void Drop(std::span<const std::string> tags);
  void DropAll();

  int64_t bytes() const;
  int64_t pages() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forium::gateway
