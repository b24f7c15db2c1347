// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/facets.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/base/status/macros.h"

namespace forium::search {
namespace {

constexpr size_t kMostValues = 10;

template <typename Key>
std::vector<std::pair<Key, int>> Most(const std::map<Key, int>& counts) {
  std::vector<std::pair<Key, int>> most(counts.begin(), counts.end());
  std::stable_sort(most.begin(), most.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (most.size() > kMostValues) most.resize(kMostValues);
  return most;
}

void Add(std::string value, std::string label, int topics,
         google::protobuf::RepeatedPtrField<v1::Facet>* facets) {
  v1::Facet* const facet = facets->Add();
  facet->set_value(std::move(value));
  facet->set_label(std::move(label));
  facet->set_topics(topics);
}

absl::Status AddAuthors(const std::map<int64_t, int>& counts, SearchStore& store,
                        v1::Facets* facets) {
  const auto most = Most(counts);
  std::vector<int64_t> ids;
  for (const auto& [id, topics] : most) ids.push_back(id);
  ASSIGN_OR_RETURN(const std::vector<User> users, store.Users(ids));
  for (const auto& [id, topics] : most) {
    for (const User& user : users) {
      if (user.id != id || user.username.empty()) continue;
      const std::string& label = user.display_name.empty() ? user.username : user.display_name;
      Add(user.username, label, topics, facets->mutable_authors());
    }
  }
  return absl::OkStatus();
}

absl::Status AddCategories(const std::map<int64_t, int>& counts, SearchStore& store,
                           v1::Facets* facets) {
  ASSIGN_OR_RETURN(const std::vector<Category> categories, store.Categories());
  for (const auto& [id, topics] : Most(counts)) {
    for (const Category& category : categories) {
      if (category.id == id) {
        Add(category.slug, category.name, topics, facets->mutable_categories());
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<std::string_view> SplitTags(std::string_view tags) {
  std::vector<std::string_view> split;
  while (!tags.empty()) {
    const size_t comma = std::min(tags.find(','), tags.size());
    if (comma > 0) split.push_back(tags.substr(0, comma));
    tags.remove_prefix(std::min(comma + 1, tags.size()));
  }
  return split;
}

absl::Status CountFacets(const std::vector<Ranked>& ranked, SearchStore& store,
                         v1::Facets* facets) {
  std::map<int64_t, int> categories;
  std::map<int64_t, int> authors;
  std::map<std::string_view, int> tags;
  std::map<int64_t, int> years;
  absl::flat_hash_set<int64_t> topics;
  for (const Ranked& one : ranked) {
    if (!topics.insert(one.topic->id).second) continue;
    ++categories[one.topic->category_id];
    ++authors[one.post->author_id];
    for (const std::string_view tag : SplitTags(one.topic->tags)) ++tags[tag];
    const absl::Time at = absl::FromUnixMicros(one.post->created_at);
    ++years[absl::ToCivilYear(at, absl::UTCTimeZone()).year()];
  }
  RETURN_IF_ERROR(AddCategories(categories, store, facets));
  RETURN_IF_ERROR(AddAuthors(authors, store, facets));
  for (const auto& [tag, count] : Most(tags)) {
    Add(std::string(tag), std::string(tag), count, facets->mutable_tags());
  }
  for (const auto& [year, count] : Most(years)) {
    Add(absl::StrCat(year), absl::StrCat(year), count, facets->mutable_years());
  }
  return absl::OkStatus();
}

}  // namespace forium::search
