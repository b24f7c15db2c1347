// SPDX-License-Identifier: Apache-2.0
// What every page shows around its content: the community's settings, the categories that the
// caller may read, and how much is unread. Settings and categories are kept for as long as no event
// touches them. Thread-safe.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/http/message.h"
#include "gateway/services.h"
#include "proto/forium/events/v1/events.pb.h"

namespace forium::gateway {

struct SiteFacts {
  std::string json;  // auth.v1.Site
  std::string name;
  std::string description;
  std::string locale;
  int accent_hue = 0;
  bool indexed = true;  // search engines may show it
};

struct CategoryFacts {
  int64_t id;
  std::string slug;
  std::string name;
  std::string description;
  std::string color;  // six hexadecimal digits
  std::string json;   // forum.v1.Category
};

struct CategoryList {
  std::string json;  // forum.v1.Category[]
  std::vector<CategoryFacts> categories;

  // By slug, or by number; null when the caller may not see it.
  const CategoryFacts* Find(std::string_view slug) const;
};

struct FrameParts {
  std::shared_ptr<const SiteFacts> site;
  std::shared_ptr<const CategoryList> categories;
  std::string unread = "null";  // forum.v1.Unread of a member
};

class Frame {
 public:
  explicit Frame(Services services);
  ~Frame();

  // For guests usually without any call.
  boost::asio::awaitable<absl::StatusOr<FrameParts>> Load(Request& request);
  // Only the settings.
  boost::asio::awaitable<absl::StatusOr<std::shared_ptr<const SiteFacts>>> LoadSite(
      Request& request);
  // The categories with the caller's own numbers of unread topics, not kept.
  boost::asio::awaitable<absl::StatusOr<std::shared_ptr<const CategoryList>>> LoadOwnCategories(
      Request& request);

  void OnEvent(const events::v1::Event& event);

 private:
  boost::asio::awaitable<absl::StatusOr<std::shared_ptr<const CategoryList>>> LoadCategories(
      Request& request);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forium::gateway
