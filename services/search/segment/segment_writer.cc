// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/segment_writer.h"

#include <algorithm>

#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/search/segment/varint.h"

namespace forium::search {

void SegmentWriter::Begin(std::string_view token, SegmentList list) {
  if (open_ && token == token_ && list == list_) return;
  const bool same = open_ && token == token_;
  if (open_) EndList();
  if (open_ && !same) EndToken();
  if (!same) {
    before_.swap(token_);
    token_ = token;
    token_begin_ = file_.size();
    entry_.clear();
    if (list == SegmentList::kReplies) AppendVarint(0, entry_);
  }
  open_ = true;
  list_ = list;
  places_begin_ = file_.size();
}

void SegmentWriter::Add(Ordinal ordinal, uint8_t flags, std::string_view places) {
  file_.Append(places);
  block_.ordinals[block_.posts] = ordinal;
  block_.flags[block_.posts] = flags;
  if (++block_.posts == kBlockPosts) EndBlock();
}

void SegmentWriter::EndBlock() {
  if (block_.posts == 0) return;
  PackBlock(block_, next_, blocks_);
  posts_ += static_cast<uint32_t>(block_.posts);
  const Ordinal last = block_.ordinals[block_.posts - 1];
  next_ = last + 1;
  skips_.push_back({.last = last,
                    .posts_end = static_cast<uint32_t>(blocks_.size()),
                    .places_end = static_cast<uint32_t>(file_.size() - places_begin_)});
  block_.posts = 0;
}

void SegmentWriter::EndList() {
  EndBlock();
  const uint64_t places_bytes = file_.size() - places_begin_;
  if (places_bytes > UINT32_MAX || blocks_.size() > UINT32_MAX / 2) {
    error_ = status::Internal("segment: a word has too many posts");
  }
  const uint64_t begin = file_.size();
  std::string skips;
  for (size_t i = 0; skips_.size() > 1 && i < skips_.size(); ++i) {
    AppendFixed(skips_[i].last, skips);
    AppendFixed(skips_[i].posts_end, skips);
    AppendFixed(skips_[i].places_end, skips);
  }
  file_.Append(skips);
  file_.Append(blocks_);
  AppendVarint(posts_, entry_);
  AppendVarint(file_.size() - begin, entry_);
  AppendVarint(places_bytes, entry_);
  blocks_.clear();
  skips_.clear();
  posts_ = 0;
  next_ = 0;
}

void SegmentWriter::EndToken() {
  if (list_ == SegmentList::kOpenings) AppendVarint(0, entry_);
  std::string head;
  const bool first = footer_.tokens++ % kBlockTokens == 0;
  size_t shared = 0;
  if (first) {
    // Offsets are of the aside file until the dictionary has its place.
    AppendFixed(aside_.size() - aside_begin_, index_);
    index_text_ += token_;
    AppendFixed(static_cast<uint32_t>(index_text_.size()), index_);
    ++footer_.blocks;
    AppendVarint(token_begin_, head);
  } else {
    const size_t most = std::min(before_.size(), token_.size());
    while (shared < most && before_[shared] == token_[shared]) ++shared;
  }
  AppendVarint(shared, head);
  AppendVarint(token_.size() - shared, head);
  head.append(token_, shared);
  aside_.Append(head);
  aside_.Append(entry_);
}

absl::Status SegmentWriter::CopyDictionary(uint64_t begin) {
  RETURN_IF_ERROR(aside_.Flush());
  std::string bytes;
  for (uint64_t at = aside_begin_; at < aside_.size(); at += bytes.size()) {
    bytes.resize(std::min(kSumBytes, aside_.size() - at));
    RETURN_IF_ERROR(ReadAt(aside_.descriptor(), at, bytes.size(), bytes.data()));
    file_.Append(bytes);
  }
  for (size_t at = 0; at < index_.size(); at += kIndexEntryBytes) {
    const uint64_t offset = LoadFixed<uint64_t>(index_.data() + at) + begin;
    std::copy_n(reinterpret_cast<const char*>(&offset), sizeof(offset), index_.data() + at);
  }
  return absl::OkStatus();
}

absl::Status SegmentWriter::Finish(const uint32_t (&posts)[kLists], FactsWriter& facts) {
  if (open_) {
    EndList();
    EndToken();
  }
  std::copy_n(posts, kLists, footer_.posts);
  ASSIGN_OR_RETURN(footer_.facts, facts.WriteTo(file_));
  footer_.dictionary = file_.size();
  RETURN_IF_ERROR(CopyDictionary(footer_.dictionary));
  footer_.index = file_.size();
  index_ += index_text_;
  footer_.index_sum = Sum(index_);
  file_.Append(index_);
  footer_.sums = file_.size();
  const std::string sums = file_.Sums();
  footer_.sums_sum = Sum(sums);
  file_.Append(sums);
  file_.Append(FooterBytes(footer_));
  RETURN_IF_ERROR(error_);
  return file_.Sync();
}

}  // namespace forium::search
