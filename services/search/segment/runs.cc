// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/runs.h"

#include <algorithm>

#include "services/base/status/macros.h"
#include "services/search/segment/layout.h"
#include "services/search/segment/varint.h"

namespace forium::search {
namespace {

// Memory of all readers together, and of each.
constexpr size_t kBuffers = 8 << 20;
constexpr size_t kLeastBuffer = 16 << 10, kMostBuffer = 256 << 10;
// What stands before the posts of a token, at most.
constexpr size_t kMostHead = 10 + kMostTokenBytes + 10;

}  // namespace

SortedRun WriteRun(SegmentList list, const GatheredTokens& tokens, OutputFile& file) {
  const uint64_t begin = file.size();
  std::string head;
  const std::vector<const GatheredToken*> sorted = tokens.Sorted();
  for (size_t i = 0; i < sorted.size(); ++i) {
    // They lie anywhere; what is needed soon is fetched while others are written.
    if (i + 16 < sorted.size()) __builtin_prefetch(sorted[i + 16]);
    if (i + 8 < sorted.size()) __builtin_prefetch(sorted[i + 8]->posts.data());
    const GatheredToken* const token = sorted[i];
    head.clear();
    AppendVarint(token->token.size(), head);
    head += token->token;
    AppendVarint(token->posts.size(), head);
    file.Append(head);
    file.Append(token->posts);
  }
  return {.list = list, .begin = begin, .end = file.size()};
}

RunReader::RunReader(int file, const SortedRun& run, size_t buffer_bytes)
    : file_(file), list_(run.list), buffer_bytes_(buffer_bytes), from_(run.begin), end_(run.end) {}

// Has `bytes` in the buffer, or all there are.
absl::Status RunReader::Fill(size_t bytes) {
  if (buffer_.size() - at_ >= bytes || from_ == end_) return absl::OkStatus();
  buffer_.erase(0, at_);
  at_ = 0;
  const size_t had = buffer_.size();
  const size_t more = std::min<uint64_t>(std::max(buffer_bytes_, bytes) - had, end_ - from_);
  buffer_.resize(had + more);
  RETURN_IF_ERROR(ReadAt(file_, from_, more, buffer_.data() + had));
  from_ += more;
  return absl::OkStatus();
}

absl::Status RunReader::Next() {
  // What nobody asked for.
  const size_t inside = std::min<uint64_t>(posts_bytes_, buffer_.size() - at_);
  at_ += inside;
  from_ += posts_bytes_ - inside;
  posts_bytes_ = 0;
  RETURN_IF_ERROR(Fill(kMostHead));
  std::string_view rest = std::string_view(buffer_).substr(at_);
  if (rest.empty()) {
    at_end_ = true;
    return absl::OkStatus();
  }
  uint64_t size = 0;
  std::string_view token;
  if (!TakeVarint(rest, &size) || !TakeBytes(rest, size, &token) ||
      !TakeVarint(rest, &posts_bytes_) || posts_bytes_ > rest.size() + (end_ - from_)) {
    return SegmentDamage("bad run");
  }
  token_ = token;
  at_ = buffer_.size() - rest.size();
  return absl::OkStatus();
}

absl::StatusOr<std::string_view> RunReader::Posts(std::string& large) {
  const size_t bytes = posts_bytes_;
  posts_bytes_ = 0;
  if (bytes <= buffer_bytes_) {
    RETURN_IF_ERROR(Fill(bytes));
    at_ += bytes;
    return std::string_view(buffer_).substr(at_ - bytes, bytes);
  }
  const size_t inside = std::min(bytes, buffer_.size() - at_);
  large.assign(buffer_, at_, inside);
  at_ += inside;
  large.resize(bytes);
  RETURN_IF_ERROR(ReadAt(file_, from_, bytes - inside, large.data() + inside));
  from_ += bytes - inside;
  return std::string_view(large);
}

MergedRuns::MergedRuns(int file, const std::vector<SortedRun>& runs) {
  const size_t each =
      std::clamp(kBuffers / std::max<size_t>(runs.size(), 1), kLeastBuffer, kMostBuffer);
  readers_.reserve(runs.size());
  for (const SortedRun& run : runs) readers_.emplace_back(file, run, each);
}

bool MergedRuns::Behind(size_t a, size_t b) const {
  const RunReader &left = readers_[a], &right = readers_[b];
  if (const int order = left.token().compare(right.token()); order != 0) return order > 0;
  if (left.list() != right.list()) return left.list() > right.list();
  return a < b;
}

absl::Status MergedRuns::Begin() {
  for (size_t i = 0; i < readers_.size(); ++i) {
    RETURN_IF_ERROR(readers_[i].Next());
    if (!readers_[i].AtEnd()) heap_.push_back(i);
  }
  std::make_heap(heap_.begin(), heap_.end(), [this](size_t a, size_t b) { return Behind(a, b); });
  return absl::OkStatus();
}

absl::Status MergedRuns::Next() {
  const auto behind = [this](size_t a, size_t b) { return Behind(a, b); };
  std::pop_heap(heap_.begin(), heap_.end(), behind);
  RETURN_IF_ERROR(readers_[heap_.back()].Next());
  if (readers_[heap_.back()].AtEnd()) {
    heap_.pop_back();
  } else {
    std::push_heap(heap_.begin(), heap_.end(), behind);
  }
  return absl::OkStatus();
}

}  // namespace forium::search
