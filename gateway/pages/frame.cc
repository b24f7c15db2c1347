// SPDX-License-Identifier: Apache-2.0
#include "gateway/pages/frame.h"

#include <charconv>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "google/protobuf/util/json_util.h"
#include "proto/forium/auth/v1/auth.json.h"
#include "proto/forium/forum/v1/categories.json.h"
#include "proto/forium/forum/v1/topics.json.h"
#include "proto/google/api/httpbody.pb.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

// Counts of posts in categories change with every post; so old may they be. It also bounds what a
// lost event does.
constexpr absl::Duration kKeepCategories = absl::Seconds(10);
constexpr absl::Duration kKeepSite = absl::Seconds(60);

// Values by key that were loaded; what was being loaded while an event came is not kept.
template <typename Key, typename Value>
class Kept {
 public:
  std::shared_ptr<const Value> Find(const Key& key, uint64_t* generation) {
    const std::lock_guard lock(mutex_);
    *generation = generation_;
    const auto found = entries_.find(key);
    if (found == entries_.end() || found->second.until < absl::Now()) return nullptr;
    return found->second.value;
  }
  void Keep(const Key& key, std::shared_ptr<const Value> value, uint64_t generation,
            absl::Duration time) {
    const std::lock_guard lock(mutex_);
    if (generation != generation_) return;
    entries_[key] = {std::move(value), absl::Now() + time};
  }
  void Drop() {
    const std::lock_guard lock(mutex_);
    ++generation_;
    entries_.clear();
  }

 private:
  struct Entry {
    std::shared_ptr<const Value> value;
    absl::Time until;
  };
  std::mutex mutex_;
  uint64_t generation_ = 0;
  std::map<Key, Entry> entries_;
};

absl::StatusOr<forum::v1::ListCategoriesResponse> ParseCategories(rpc::Reply reply) {
  ASSIGN_OR_RETURN(const auto body, Parsed<google::api::HttpBody>(std::move(reply)));
  forum::v1::ListCategoriesResponse categories;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  if (!google::protobuf::util::JsonStringToMessage(body.data(), &categories, options).ok()) {
    return status::Internal("the categories do not parse");
  }
  return categories;
}

std::shared_ptr<const CategoryList> ListOf(const forum::v1::ListCategoriesResponse& response) {
  auto list = std::make_shared<CategoryList>();
  list->json = "[";
  for (const forum::v1::Category& category : response.categories()) {
    CategoryFacts facts{category.id(),          category.slug(),  category.name(),
                        category.description(), category.color(), {}};
    AppendJson(category, &facts.json);
    if (list->json.size() > 1) list->json += ',';
    list->json += facts.json;
    list->categories.push_back(std::move(facts));
  }
  list->json += ']';
  return list;
}

constexpr std::string_view kListCategories = "forium.forum.v1.ForumService.ListCategories";

}  // namespace

const CategoryFacts* CategoryList::Find(std::string_view slug) const {
  int64_t id = 0;
  const auto [end, error] = std::from_chars(slug.data(), slug.data() + slug.size(), id);
  const bool is_number = error == std::errc() && end == slug.data() + slug.size();
  for (const CategoryFacts& category : categories) {
    if (category.slug == slug || (is_number && category.id == id)) return &category;
  }
  return nullptr;
}

struct Frame::State {
  Services services;
  Kept<std::string, SiteFacts> sites;                          // by tenant
  Kept<std::pair<std::string, int>, CategoryList> categories;  // by tenant and level
};

Frame::Frame(Services services) : state_(new State{services, {}, {}}) {}
Frame::~Frame() = default;

asio::awaitable<absl::StatusOr<FrameParts>> Frame::Load(Request& request) {
  FrameParts parts;
  std::optional<PendingCall> unread;
  if (request.identity->signed_in()) {
    unread = Start(state_->services.forum, "forium.forum.v1.ForumService.GetUnread",
                   forum::v1::GetUnreadRequest(), request);
  }
  CO_ASSIGN_OR_RETURN(parts.site, co_await LoadSite(request));
  CO_ASSIGN_OR_RETURN(parts.categories, co_await LoadCategories(request));
  if (unread.has_value()) {
    // Suspended members have no count; their page is still a page.
    const auto count = Parsed<forum::v1::Unread>(co_await unread->Wait(request));
    if (count.ok()) {
      parts.unread.clear();
      AppendJson(*count, &parts.unread);
    }
  }
  co_return parts;
}

asio::awaitable<absl::StatusOr<std::shared_ptr<const SiteFacts>>> Frame::LoadSite(
    Request& request) {
  uint64_t generation = 0;
  if (auto site = state_->sites.Find(request.tenant, &generation)) co_return site;
  CO_ASSIGN_OR_RETURN(
      const auth::v1::Site message,
      co_await Fetch<auth::v1::Site>(state_->services.auth, "forium.auth.v1.AuthService.GetSite",
                                     auth::v1::GetSiteRequest(), request));
  auto site = std::make_shared<SiteFacts>();
  AppendJson(message, &site->json);
  site->name = message.name();
  site->description = message.description();
  site->locale = message.locale();
  site->accent_hue = message.accent_hue();
  site->indexed = message.indexing() == auth::v1::Site::ALLOWED;
  state_->sites.Keep(request.tenant, site, generation, kKeepSite);
  co_return site;
}

asio::awaitable<absl::StatusOr<std::shared_ptr<const CategoryList>>> Frame::LoadCategories(
    Request& request) {
  const std::pair<std::string, int> key(request.tenant, request.identity->level());
  uint64_t generation = 0;
  if (auto kept = state_->categories.Find(key, &generation)) co_return kept;
  CO_ASSIGN_OR_RETURN(auto response,
                      ParseCategories(co_await Call(state_->services.forum, kListCategories,
                                                    forum::v1::ListCategoriesRequest(), request)));
  // Kept for all of the level, so without what is the caller's own.
  for (forum::v1::Category& category : *response.mutable_categories()) {
    category.clear_unread_count();
  }
  auto list = ListOf(response);
  state_->categories.Keep(key, list, generation, kKeepCategories);
  co_return list;
}

asio::awaitable<absl::StatusOr<std::shared_ptr<const CategoryList>>> Frame::LoadOwnCategories(
    Request& request) {
  CO_ASSIGN_OR_RETURN(const auto response,
                      ParseCategories(co_await Call(state_->services.forum, kListCategories,
                                                    forum::v1::ListCategoriesRequest(), request)));
  co_return ListOf(response);
}

void Frame::OnEvent(const events::v1::Event& event) {
  switch (event.body_case()) {
    case events::v1::Event::kSiteChanged:
      state_->sites.Drop();
      break;
    case events::v1::Event::kCategoryChanged:
    case events::v1::Event::kTopicChanged:
      state_->categories.Drop();
      break;
    case events::v1::Event::kEverythingChanged:
      state_->sites.Drop();
      state_->categories.Drop();
      break;
    default:
      break;
  }
}

}  // namespace forium::gateway
