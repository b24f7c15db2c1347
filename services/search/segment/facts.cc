// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/facts.h"

#include <algorithm>
#include <utility>

#include "services/base/status/macros.h"
#include "services/search/segment/varint.h"

namespace forium::search {
namespace {

constexpr size_t kPostBytes = kPostFactsBytes;
constexpr uint32_t kAccepted = 1;
constexpr uint32_t kSolved = 1, kClosed = 2, kVisible = 4;
constexpr uint32_t kMostTopicBytes = 1 << 20;

uint32_t Bounded(int64_t number) {
  return static_cast<uint32_t>(std::clamp<int64_t>(number, 0, UINT32_MAX));
}

void AppendText(std::string_view text, std::string& to) {
  AppendVarint(text.size(), to);
  to += text;
}

bool TakeText(std::string_view& from, std::string_view* text) {
  uint64_t size = 0;
  return TakeVarint(from, &size) && TakeBytes(from, size, text);
}

}  // namespace

absl::StatusOr<FactsWriter> FactsWriter::Create(const std::string& path) {
  const auto create = [&path](const char* suffix) {
    return OutputFile::Create(path + suffix, OutputFile::Kind::kNameless);
  };
  ASSIGN_OR_RETURN(OutputFile topics, create(".topics"));
  ASSIGN_OR_RETURN(OutputFile openings, create(".openings"));
  ASSIGN_OR_RETURN(OutputFile replies, create(".replies"));
  return FactsWriter(std::move(topics), std::move(openings), std::move(replies));
}

FactsWriter::Place FactsWriter::PlaceOf(const TopicFacts& topic) {
  const auto [known, is_new] = places_.try_emplace(topic.id);
  if (!is_new) return known->second;
  record_.clear();
  AppendFixed(topic.id, record_);
  AppendFixed(topic.category_id, record_);
  AppendFixed(topic.bumped_at, record_);
  AppendFixed(Bounded(topic.posts_count), record_);
  AppendFixed(
      (topic.solved ? kSolved : 0) | (topic.closed ? kClosed : 0) | (topic.visible ? kVisible : 0),
      record_);
  for (const std::string_view text : {topic.title, topic.slug, topic.tags, topic.language}) {
    AppendText(text, record_);
  }
  AppendFixed(Sum(record_), record_);
  known->second = {topics_.size(), static_cast<uint32_t>(record_.size())};
  topics_.Append(record_);
  return known->second;
}

void FactsWriter::Add(size_t list, const PostFacts& post, const TopicFacts& topic,
                      const TextPlace& text) {
  const Place place = PlaceOf(topic);
  record_.clear();
  AppendFixed(post.id, record_);
  AppendFixed(post.author_id, record_);
  AppendFixed(post.created_at, record_);
  AppendFixed(place.offset, record_);
  AppendFixed(text.offset, record_);
  AppendFixed(place.bytes, record_);
  AppendFixed(text.bytes, record_);
  AppendFixed(Bounded(post.number), record_);
  AppendFixed(Bounded(post.likes), record_);
  AppendFixed(Bounded(post.length), record_);
  AppendFixed(post.accepted ? kAccepted : 0, record_);
  AppendFixed(Sum(record_), record_);
  posts_[list].Append(record_);
}

absl::StatusOr<TextPlace> FactsWriter::TextOf(int64_t post_id) {
  Facts facts;
  for (OutputFile& posts : posts_) {
    RETURN_IF_ERROR(posts.Flush());
    ASSIGN_OR_RETURN(const bool found,
                     facts.FindPostFrom(posts.descriptor(), 0, posts.size() / kPostBytes,
                                        /*falling=*/false, post_id));
    if (found) return facts.text;
  }
  return SegmentDamage("a post is not there");
}

absl::Status FactsWriter::CopyTopics(OutputFile& file) {
  RETURN_IF_ERROR(topics_.Flush());
  std::string bytes;
  for (uint64_t at = 0; at < topics_.size(); at += bytes.size()) {
    bytes.resize(std::min(kSumBytes, topics_.size() - at));
    RETURN_IF_ERROR(ReadAt(topics_.descriptor(), at, bytes.size(), bytes.data()));
    file.Append(bytes);
  }
  return absl::OkStatus();
}

// From the last to the first.
absl::Status FactsWriter::CopyPosts(OutputFile& posts, OutputFile& file) {
  RETURN_IF_ERROR(posts.Flush());
  constexpr uint64_t kAtOnce = 16'384;
  std::string bytes;
  for (uint64_t left = posts.size() / kPostBytes; left > 0;) {
    const uint64_t count = std::min(kAtOnce, left);
    left -= count;
    bytes.resize(count * kPostBytes);
    RETURN_IF_ERROR(ReadAt(posts.descriptor(), left * kPostBytes, bytes.size(), bytes.data()));
    for (uint64_t i = count; i-- > 0;) {
      file.Append(std::string_view(bytes).substr(i * kPostBytes, kPostBytes));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<FactsPlaces> FactsWriter::WriteTo(OutputFile& file) {
  FactsPlaces places = {.topics = file.size()};
  RETURN_IF_ERROR(CopyTopics(file));
  for (size_t list = 0; list < kLists; ++list) {
    places.posts[list] = file.size();
    RETURN_IF_ERROR(CopyPosts(posts_[list], file));
  }
  return places;
}

absl::Status Facts::ReadPost(const FileView& file, const FactsPlaces& places, size_t list,
                             Ordinal ordinal) {
  return ReadPostAt(file, places.posts[list] + uint64_t{ordinal} * kPostBytes);
}

absl::StatusOr<bool> Facts::FindPost(const FileView& file, const FactsPlaces& places, size_t list,
                                     Ordinal size, int64_t post_id) {
  return FindPostFrom(file, places.posts[list], size, /*falling=*/true, post_id);
}

absl::StatusOr<bool> Facts::FindPostFrom(const FileView& file, uint64_t begin, uint64_t count,
                                         bool falling, int64_t post_id) {
  for (uint64_t first = 0, end = count; first < end;) {
    const uint64_t middle = first + (end - first) / 2;
    RETURN_IF_ERROR(ReadPostAt(file, begin + middle * kPostBytes));
    if (post.id == post_id) return true;
    if ((post.id > post_id) == falling) {
      first = middle + 1;
    } else {
      end = middle;
    }
  }
  return false;
}

absl::Status Facts::ReadPostAt(const FileView& file, uint64_t offset) {
  char record[kPostBytes];
  RETURN_IF_ERROR(ReadAt(file, offset, kPostBytes, record));
  const std::string_view summed(record, kPostBytes - 4);
  if (LoadFixed<uint32_t>(record + summed.size()) != Sum(summed)) {
    return SegmentDamage("wrong checksum of a post");
  }
  post.id = LoadFixed<int64_t>(record);
  post.author_id = LoadFixed<int64_t>(record + 8);
  post.created_at = LoadFixed<int64_t>(record + 16);
  topic_offset_ = LoadFixed<uint64_t>(record + 24);
  text.offset = LoadFixed<uint64_t>(record + 32);
  topic_bytes_ = LoadFixed<uint32_t>(record + 40);
  text.bytes = LoadFixed<uint32_t>(record + 44);
  post.number = LoadFixed<uint32_t>(record + 48);
  post.likes = LoadFixed<uint32_t>(record + 52);
  post.length = LoadFixed<uint32_t>(record + 56);
  post.accepted = (LoadFixed<uint32_t>(record + 60) & kAccepted) != 0;
  return absl::OkStatus();
}

absl::Status Facts::ReadTopic(const FileView& file, const FactsPlaces& places) {
  if (topic_offset_ == read_offset_) return absl::OkStatus();
  if (topic_bytes_ < 4 || topic_bytes_ > kMostTopicBytes) return SegmentDamage("a topic's size");
  topic_record_.resize(topic_bytes_);
  read_offset_ = UINT64_MAX;
  RETURN_IF_ERROR(
      ReadAt(file, places.topics + topic_offset_, topic_record_.size(), topic_record_.data()));
  if (!ParseTopic()) return SegmentDamage("wrong checksum of a topic");
  read_offset_ = topic_offset_;
  return absl::OkStatus();
}

bool Facts::ParseTopic() {
  std::string_view rest(topic_record_);
  rest.remove_suffix(4);
  if (LoadFixed<uint32_t>(rest.data() + rest.size()) != Sum(rest)) return false;
  constexpr size_t kFixed = 3 * 8 + 2 * 4;
  if (rest.size() < kFixed) return false;
  topic.id = LoadFixed<int64_t>(rest.data());
  topic.category_id = LoadFixed<int64_t>(rest.data() + 8);
  topic.bumped_at = LoadFixed<int64_t>(rest.data() + 16);
  topic.posts_count = LoadFixed<uint32_t>(rest.data() + 24);
  const auto flags = LoadFixed<uint32_t>(rest.data() + 28);
  topic.solved = (flags & kSolved) != 0;
  topic.closed = (flags & kClosed) != 0;
  topic.visible = (flags & kVisible) != 0;
  rest.remove_prefix(kFixed);
  return TakeText(rest, &topic.title) && TakeText(rest, &topic.slug) &&
         TakeText(rest, &topic.tags) && TakeText(rest, &topic.language);
}

}  // namespace forium::search
