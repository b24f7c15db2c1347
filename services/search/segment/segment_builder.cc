// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/segment_builder.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/search/segment/segment_writer.h"
#include "services/search/segment/varint.h"

namespace forium::search {
namespace {

std::string Making(const std::string& path) { return path + ".making"; }

struct MergedPost {
  uint32_t number;
  uint8_t flags;
  std::string_view places;  // with their length before them
};

// What one run has of a token, by arrival.
bool ParsePosts(std::string_view bytes, std::vector<MergedPost>* posts) {
  posts->clear();
  uint64_t next = 0;
  while (!bytes.empty()) {
    uint64_t value = 0;
    if (!TakeVarint(bytes, &value)) return false;
    MergedPost post{.number = static_cast<uint32_t>(next + (value >> 2)),
                    .flags = static_cast<uint8_t>(value & 3),
                    .places = {}};
    next = uint64_t{post.number} + 1;
    if (post.flags != 0) {
      const std::string_view begin = bytes;
      uint64_t size = 0;
      std::string_view places;
      if (!TakeVarint(bytes, &size) || !TakeBytes(bytes, size, &places)) return false;
      post.places = begin.substr(0, begin.size() - bytes.size());
    }
    posts->push_back(post);
  }
  return true;
}

}  // namespace

SegmentBuilder::SegmentBuilder(std::string path, size_t memory)
    : path_(std::move(path)), memory_(memory) {}

SegmentBuilder::~SegmentBuilder() { ::unlink(Making(path_).c_str()); }

absl::StatusOr<std::unique_ptr<SegmentBuilder>> SegmentBuilder::Create(std::string path,
                                                                       size_t memory) {
  std::unique_ptr<SegmentBuilder> builder(new SegmentBuilder(std::move(path), memory));
  ASSIGN_OR_RETURN(OutputFile aside,
                   OutputFile::Create(Making(builder->path_), OutputFile::Kind::kNameless));
  builder->aside_.emplace(std::move(aside));
  ASSIGN_OR_RETURN(FactsWriter facts, FactsWriter::Create(Making(builder->path_)));
  builder->facts_.emplace(std::move(facts));
  // The last, so that it has the name.
  ASSIGN_OR_RETURN(OutputFile file,
                   OutputFile::Create(Making(builder->path_), OutputFile::Kind::kSummed));
  builder->file_.emplace(std::move(file));
  return builder;
}

void SegmentBuilder::Begin(int64_t post_id, SegmentList list) {
  list_ = list;
  if (posts_[0] + posts_[1] > 0 && post_id <= last_id_) {
    error_ = status::Internal("segment: ids do not grow");
  }
  uint32_t& posts = posts_[static_cast<int>(list)];
  if (posts == kMostPosts) error_ = status::Internal("segment: too many posts");
  ++posts;
  last_id_ = post_id;
}

void SegmentBuilder::Add(std::string_view token, Column column, int position) {
  tokens_[static_cast<int>(list_)].Add(token, column, position);
}

absl::Status SegmentBuilder::End(const PostFacts& post, const TopicFacts& topic,
                                 std::string_view text) {
  const int list = static_cast<int>(list_);
  tokens_[list].EndPost(posts_[list] - 1);
  PostFacts known = post;
  known.id = last_id_;
  facts_->Add(static_cast<size_t>(list), known, topic, PutText(text, *file_));
  if (error_.ok() && tokens_[0].bytes() + tokens_[1].bytes() > memory_) error_ = WriteRuns();
  return error_;
}

absl::StatusOr<std::string> SegmentBuilder::TextOf(int64_t post_id) {
  ASSIGN_OR_RETURN(const TextPlace place, facts_->TextOf(post_id));
  return ReadText(*file_, place);
}

int64_t SegmentBuilder::last_id() const { return last_id_; }

absl::Status SegmentBuilder::WriteRuns() {
  for (const SegmentList list : {SegmentList::kOpenings, SegmentList::kReplies}) {
    GatheredTokens& tokens = tokens_[static_cast<int>(list)];
    if (tokens.empty()) continue;
    runs_.push_back(WriteRun(list, tokens, *aside_));
    tokens.Clear();
  }
  return aside_->Flush();
}

absl::Status SegmentBuilder::Finish() {
  RETURN_IF_ERROR(error_);
  RETURN_IF_ERROR(WriteRuns());
  error_ = status::Internal("segment: finished already");
  RETURN_IF_ERROR(Merge());
  if (std::rename(Making(path_).c_str(), path_.c_str()) != 0) return WriteError(errno);
  return SyncFolderOf(path_);
}

absl::Status SegmentBuilder::Merge() {
  SegmentWriter writer(*file_, *aside_);
  MergedRuns runs(aside_->descriptor(), runs_);
  RETURN_IF_ERROR(runs.Begin());
  std::string large;
  std::vector<MergedPost> posts;
  while (!runs.AtEnd()) {
    RunReader& run = runs.Front();
    writer.Begin(run.token(), run.list());
    ASSIGN_OR_RETURN(const std::string_view bytes, run.Posts(large));
    if (!ParsePosts(bytes, &posts)) return SegmentDamage("bad run");
    const uint32_t newest = posts_[static_cast<int>(run.list())] - 1;
    for (size_t i = posts.size(); i-- > 0;) {
      writer.Add(newest - posts[i].number, posts[i].flags, posts[i].places);
    }
    RETURN_IF_ERROR(runs.Next());
  }
  return writer.Finish(posts_, *facts_);
}

}  // namespace forium::search
