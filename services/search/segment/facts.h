// SPDX-License-Identifier: Apache-2.0
// What a query has to know of a post besides its words, sealed with them: a record of the post, and
// one of its topic. As they were when the segment was written: who asks looks first whether they
// changed since. Each record has a checksum of its own, since who may read a post hangs on it.
// Plain values; readers are thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/search/segment/bitmap.h"
#include "services/search/segment/layout.h"
#include "services/search/segment/mapped_file.h"
#include "services/search/segment/output_file.h"
#include "services/search/segment/texts.h"

namespace forium::search {

// Times are microseconds since 1970 UTC.
struct TopicFacts {
  int64_t id = 0, category_id = 0, posts_count = 0, bumped_at = 0;
  bool solved = false, closed = false, visible = false;
  std::string_view title = {}, slug = {}, tags = {}, language = {};
};

struct PostFacts {
  int64_t id = 0, author_id = 0, created_at = 0, number = 0, likes = 0;
  int64_t length = 0;  // positions of the body
  bool accepted = false;
};

// Gathers facts in files without a name, in the order in which posts arrive.
class FactsWriter {
 public:
  // Files of no name beside `path`.
  static absl::StatusOr<FactsWriter> Create(const std::string& path);
  // A topic is taken as it is with its first post. `text`: where that of the post lies.
  void Add(size_t list, const PostFacts& post, const TopicFacts& topic, const TextPlace& text);
  // Of a post that was added. Errors: DataLoss when it was not.
  absl::StatusOr<TextPlace> TextOf(int64_t post_id);
  // Appends all of it, the posts of a list in the order of their ordinals; where each part begins.
  absl::StatusOr<FactsPlaces> WriteTo(OutputFile& file);

 private:
  struct Place {
    uint64_t offset = 0;
    uint32_t bytes = 0;
  };
  FactsWriter(OutputFile topics, OutputFile openings, OutputFile replies)
      : topics_(std::move(topics)), posts_{std::move(openings), std::move(replies)} {}
  Place PlaceOf(const TopicFacts& topic);
  absl::Status CopyTopics(OutputFile& file);
  absl::Status CopyPosts(OutputFile& posts, OutputFile& file);

  OutputFile topics_;
  std::array<OutputFile, kLists> posts_;
  absl::flat_hash_map<int64_t, Place> places_;  // by id of the topic
  std::string record_;
};

// The facts of one post, and of its topic, read from a segment's file. Views lead into this.
class Facts {
 public:
  PostFacts post;
  TextPlace text;  // of the post
  TopicFacts topic;

  // Errors: DataLoss.
  absl::Status ReadPost(const FileView& file, const FactsPlaces& places, size_t list,
                        Ordinal ordinal);
  // By its id; whether there is one.
  absl::StatusOr<bool> FindPost(const FileView& file, const FactsPlaces& places, size_t list,
                                Ordinal size, int64_t post_id);
  // The topic of the post that was read last; that of the one before is not read again.
  absl::Status ReadTopic(const FileView& file, const FactsPlaces& places);

 private:
  friend class FactsWriter;
  absl::Status ReadPostAt(const FileView& file, uint64_t offset);
  // Among so many records from there on, whose ids fall, or grow.
  absl::StatusOr<bool> FindPostFrom(const FileView& file, uint64_t begin, uint64_t count,
                                    bool falling, int64_t post_id);
  bool ParseTopic();

  uint64_t topic_offset_ = 0, read_offset_ = UINT64_MAX;
  uint32_t topic_bytes_ = 0;
  std::string topic_record_;
};

}  // namespace forium::search
