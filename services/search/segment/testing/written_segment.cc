// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/testing/written_segment.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"
#include "services/search/segment/facts.h"

namespace forium::search {
namespace {

using Column = SegmentBuilder::Column;

constexpr SegmentList kBothLists[] = {SegmentList::kOpenings, SegmentList::kReplies};

std::vector<const WrittenPost*> NewestFirst(const std::vector<WrittenPost>& posts,
                                            SegmentList list) {
  std::vector<const WrittenPost*> found;
  for (const WrittenPost& post : posts) {
    if (post.list == list) found.push_back(&post);
  }
  std::reverse(found.begin(), found.end());
  return found;
}

void AddColumn(SegmentBuilder& builder, const WrittenPost& post, Column column) {
  std::multimap<int, std::string_view> at;
  for (const auto& [token, places] : post.tokens) {
    for (const int place : column == Column::kTitle ? places.title : places.body) {
      at.emplace(place, token);
    }
  }
  for (const auto& [place, token] : at) builder.Add(token, column, place);
}

std::string DifferenceWithin(const OrdinalWindow& window, Postings& postings, Postings::Where where,
                             const std::vector<const WrittenPost*>& posts,
                             const std::string& token) {
  Bitmap bitmap(window.size());
  if (const absl::Status added = postings.AddTo(bitmap, window, where); !added.ok()) {
    return added.ToString();
  }
  for (Ordinal i = window.begin; i < window.end; ++i) {
    const auto found = posts[i]->tokens.find(token);
    const bool has =
        found != posts[i]->tokens.end() &&
        (where == Postings::Where::kAnywhere ||
         !(where == Postings::Where::kTitle ? found->second.title : found->second.body).empty());
    if (bitmap.Has(i - window.begin) != has) return absl::StrCat(token, ": bit of ", i);
  }
  return "";
}

std::string DifferenceOfWhere(Postings& postings, Postings::Where where,
                              const std::vector<const WrittenPost*>& posts,
                              const std::string& token) {
  const auto size = static_cast<Ordinal>(posts.size());
  for (const OrdinalWindow window :
       {OrdinalWindow{0, size}, OrdinalWindow{size / 3, size / 2}, OrdinalWindow{size / 2, size}}) {
    std::string difference = DifferenceWithin(window, postings, where, posts, token);
    if (!difference.empty()) return difference;
  }
  return "";
}

std::string DifferenceOfPlaces(Postings& postings, const std::vector<const WrittenPost*>& posts,
                               const std::string& token) {
  for (Ordinal i = 0; i < posts.size(); ++i) {
    const auto found = posts[i]->tokens.find(token);
    const bool has = found != posts[i]->tokens.end();
    Places places = {.title = {7}, .body = {7}};
    const absl::StatusOr<bool> answer = postings.Find(i, &places);
    if (!answer.ok()) return answer.status().ToString();
    if (*answer != has) return absl::StrCat(token, ": post ", i);
    const Places expected = has ? found->second : Places();
    if (places.title != expected.title || places.body != expected.body) {
      return absl::StrCat(token, ": places of ", i);
    }
    if (postings.Find(i, nullptr).value_or(!has) != has) return absl::StrCat(token, ": asked ", i);
  }
  return "";
}

std::string DifferenceOfToken(const Segment& segment, SegmentList list,
                              const std::vector<const WrittenPost*>& posts,
                              const std::string& token) {
  const auto count = std::count_if(posts.begin(), posts.end(), [&](const WrittenPost* post) {
    return post->tokens.contains(token);
  });
  absl::StatusOr<std::optional<Postings>> found = segment.Find(list, token);
  if (!found.ok()) return found.status().ToString();
  if (found->has_value() != (count > 0)) return absl::StrCat(token, ": found");
  if (count == 0) return "";
  Postings& postings = **found;
  if (postings.posts() != count) return absl::StrCat(token, ": posts");
  using Where = Postings::Where;
  for (const Where where : {Where::kAnywhere, Where::kTitle, Where::kBody}) {
    std::string different = DifferenceOfWhere(postings, where, posts, token);
    if (!different.empty()) return different;
  }
  return DifferenceOfPlaces(postings, posts, token);
}

// Few words are most of what is written.
int RandomWord(int words, std::mt19937& random) {
  const double at = std::uniform_real_distribution<>(0, 1)(random);
  return static_cast<int>(std::pow(static_cast<double>(words), at)) - 1;
}

bool IsSoundOrDamage(const absl::Status& status, bool* sound) {
  if (!status.ok()) *sound = false;
  return status.ok() || absl::IsDataLoss(status);
}

}  // namespace

absl::Status WriteSegment(const std::vector<WrittenPost>& posts, const std::string& path,
                          size_t memory) {
  ASSIGN_OR_RETURN(const std::unique_ptr<SegmentBuilder> builder,
                   SegmentBuilder::Create(path, memory));
  for (const WrittenPost& post : posts) {
    builder->Begin(post.id, post.list);
    AddColumn(*builder, post, Column::kTitle);
    AddColumn(*builder, post, Column::kBody);
    for (const auto& [token, places] : post.tokens) {
      if (places.title.empty() && places.body.empty()) builder->Add(token, Column::kMarks, 0);
    }
    RETURN_IF_ERROR(builder->End({}, {}));
  }
  return builder->Finish();
}

std::vector<WrittenPost> RandomPosts(int count, int words, std::mt19937& random) {
  std::vector<WrittenPost> posts;
  int64_t id = 0;
  for (int i = 0; i < count; ++i) {
    id += 1 + static_cast<int64_t>(random() % 5);
    WrittenPost post{.id = id};
    const bool opens = random() % 8 == 0;
    if (opens) post.list = SegmentList::kOpenings;
    for (int at = 0, end = opens ? 6 : 0; at < end; ++at) {
      post.tokens["w" + std::to_string(RandomWord(words, random))].title.push_back(at);
    }
    for (int at = 0, end = static_cast<int>(random() % 60); at < end; ++at) {
      post.tokens["w" + std::to_string(RandomWord(words, random))].body.push_back(at);
      if (random() % 4 == 0) post.tokens["s" + std::to_string(at % 50)].body.push_back(at);
    }
    post.tokens["=all"];
    post.tokens["=" + std::to_string(random() % 20)];
    posts.push_back(std::move(post));
  }
  return posts;
}

std::string DifferenceOf(const Segment& segment, const std::vector<WrittenPost>& posts) {
  std::set<std::string> tokens = {"", "none", "zzz", "w", std::string(300, 'n'), "\xff"};
  for (const WrittenPost& post : posts) {
    for (const auto& [token, places] : post.tokens) tokens.insert(token);
  }
  for (const SegmentList list : kBothLists) {
    const std::vector<const WrittenPost*> listed = NewestFirst(posts, list);
    if (segment.size(list) != listed.size()) return "size of a list";
    for (Ordinal i = 0; i < listed.size(); ++i) {
      if (segment.PostAt(list, i).value_or(-1) != listed[i]->id) return absl::StrCat("id of ", i);
    }
    for (const std::string& token : tokens) {
      std::string different = DifferenceOfToken(segment, list, listed, token);
      if (!different.empty()) return different;
    }
  }
  return "";
}

bool ReadEverything(const std::string& path, const std::vector<WrittenPost>& posts) {
  bool sound = true, damage = true;
  const absl::StatusOr<std::shared_ptr<const Segment>> opened = Segment::Open(path);
  damage = IsSoundOrDamage(opened.status(), &sound);
  if (!opened.ok()) return damage;
  const Segment& segment = **opened;
  std::set<std::string> tokens;
  for (const WrittenPost& post : posts) {
    for (const auto& [token, places] : post.tokens) tokens.insert(token);
  }
  for (const SegmentList list : kBothLists) {
    const Ordinal size = std::min<Ordinal>(segment.size(list), 1'000'000);
    for (Ordinal i = 0; i < size; i += 1 + size / 50) {
      Facts facts;
      absl::Status read = segment.ReadPost(list, i, &facts);
      damage &= IsSoundOrDamage(read, &sound);
      if (!read.ok()) continue;
      damage &= IsSoundOrDamage(segment.ReadTopic(&facts), &sound);
      damage &= IsSoundOrDamage(segment.ReadText(facts.text).status(), &sound);
    }
    for (const std::string& token : tokens) {
      absl::StatusOr<std::optional<Postings>> found = segment.Find(list, token);
      damage &= IsSoundOrDamage(found.status(), &sound);
      if (!found.ok() || !found->has_value()) continue;
      Bitmap bitmap(segment.size(list));
      damage &= IsSoundOrDamage((*found)->AddTo(bitmap, {0, segment.size(list)}), &sound);
      Places places;
      const Ordinal step = 1 + size / 50;
      for (Ordinal i = 0; i < size; i += step) {
        damage &= IsSoundOrDamage((*found)->Find(i, &places).status(), &sound);
      }
    }
  }
  return damage;
}

std::string FileBytes(const std::string& path) {
  std::stringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

void WriteFileBytes(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace forium::search
