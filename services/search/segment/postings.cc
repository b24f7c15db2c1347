// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <climits>
#include <utility>

#include "services/base/status/macros.h"
#include "services/search/segment/block.h"
#include "services/search/segment/layout.h"
#include "services/search/segment/segment.h"
#include "services/search/segment/varint.h"

namespace forium::search {
namespace {

// A shorter list is read whole.
constexpr uint32_t kReadAtOnce = 8 << 10;
// Skips that are read at first, and how many times as many the next time: who looks for the newest
// posts wants the first ones alone.
constexpr size_t kFirstSkips = 64;
constexpr size_t kMoreSkips = 8;

Skip SkipAt(const std::string& bytes, size_t number) {
  const char* at = bytes.data() + number * kSkipBytes;
  return {.last = LoadFixed<uint32_t>(at),
          .posts_end = LoadFixed<uint32_t>(at + 4),
          .places_end = LoadFixed<uint32_t>(at + 8)};
}

// The positions of one column: the first, then how far each is behind the one before.
bool TakePlaces(std::string_view& from, uint64_t count, std::vector<int>* places) {
  if (count > static_cast<uint64_t>(kMostPlaces)) return false;
  uint64_t place = 0;
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t step = 0;
    if (!TakeVarint(from, &step) || step > INT_MAX) return false;
    place += step;
    if (place > INT_MAX) return false;
    places->push_back(static_cast<int>(place));
  }
  return true;
}

// All that is left is of one column.
bool TakeRest(std::string_view from, std::vector<int>* places) {
  uint64_t place = 0;
  while (!from.empty()) {
    uint64_t step = 0;
    if (!TakeVarint(from, &step) || step > INT_MAX) return false;
    place += step;
    if (place > INT_MAX || places->size() == static_cast<size_t>(kMostPlaces)) return false;
    places->push_back(static_cast<int>(place));
  }
  return true;
}

// What a post's places take in their list.
bool TakePlacesBytes(std::string_view& from, std::string_view* places) {
  uint64_t size = 0;
  return TakeVarint(from, &size) && TakeBytes(from, size, places);
}

bool ParsePlaces(std::string_view bytes, uint8_t flags, Places* places) {
  if (flags == kInTitle) return TakeRest(bytes, &places->title);
  uint64_t titles = 0;
  if ((flags & kInTitle) != 0 &&
      (!TakeVarint(bytes, &titles) || !TakePlaces(bytes, titles, &places->title))) {
    return false;
  }
  return TakeRest(bytes, &places->body);
}

// Those of a block that are within the window, and have what is wanted.
void SetSome(const PostsBlock& block, const OrdinalWindow& window, uint8_t wanted, Bitmap& bitmap) {
  // Without branches: nobody can tell which ones they are.
  Ordinal some[kBlockPosts];
  size_t count = 0;
  for (size_t i = 0; i < block.posts; ++i) {
    const Ordinal ordinal = block.ordinals[i];
    some[count] = ordinal;
    const bool within = ordinal - window.begin < window.size();
    const bool has = (block.flags[i] & wanted) == wanted;
    count += static_cast<size_t>(within) & static_cast<size_t>(has);
  }
  bitmap.SetAll({some, count}, window.begin);
}

// The place of the first that is not less; without branches, as above.
size_t LowerBound(const PostsBlock& block, Ordinal post) {
  const Ordinal* from = block.ordinals;
  for (size_t left = block.posts; left > 1;) {
    const size_t half = left / 2;
    from += from[half - 1] < post ? half : 0;
    left -= half;
  }
  return static_cast<size_t>(from - block.ordinals) + (*from < post ? 1 : 0);
}

}  // namespace

struct Postings::Block {
  static constexpr size_t kNone = SIZE_MAX;
  size_t number = kNone;
  PostsBlock unpacked;
  // Of this block: its places, and where those of the first posts begin, of so many as were asked.
  bool places_read = false;
  std::string places;
  size_t parted = 0;
  uint32_t begins[kBlockPosts + 1];
};

Postings::Postings(const FileView& file, const PostingsPlace& place, Ordinal size)
    : file_(file), place_(place), size_(size) {}
Postings::Postings(Postings&&) noexcept = default;
Postings& Postings::operator=(Postings&&) noexcept = default;
Postings::~Postings() = default;

size_t Postings::Blocks() const { return (place_.posts + kBlockPosts - 1) / kBlockPosts; }

absl::Status Postings::Load() {
  const size_t skips_bytes = Blocks() > 1 ? Blocks() * kSkipBytes : 0;
  if (place_.posts > size_ || place_.posts_bytes < skips_bytes) return SegmentDamage("bad entry");
  if (place_.posts_bytes > kReadAtOnce) return absl::OkStatus();
  std::string all(place_.posts_bytes + kBlockPadding, '\0');
  RETURN_IF_ERROR(
      ReadAt(file_, place_.offset + place_.places_bytes, place_.posts_bytes, all.data()));
  skips_.assign(all, 0, skips_bytes);
  all.erase(0, skips_bytes);
  blocks_ = std::move(all);
  read_end_ = place_.posts_bytes - static_cast<uint32_t>(skips_bytes);
  return CheckSkips(0);
}

absl::Status Postings::ReadSkips(size_t count) {
  const size_t before = skips_.size();
  const size_t size = std::min(count, Blocks()) * kSkipBytes;
  if (size <= before || Blocks() == 1) return absl::OkStatus();
  skips_.resize(size);
  RETURN_IF_ERROR(ReadAt(file_, place_.offset + place_.places_bytes + before, size - before,
                         skips_.data() + before));
  return CheckSkips(before / kSkipBytes);
}

absl::Status Postings::CheckSkips(size_t first) const {
  const uint64_t blocks_bytes = place_.posts_bytes - uint64_t{Blocks()} * kSkipBytes;
  Skip before = first > 0 ? SkipAt(skips_, first - 1) : Skip();
  for (size_t i = first; i < skips_.size() / kSkipBytes; ++i) {
    const Skip skip = SkipAt(skips_, i);
    if (skip.last >= size_ || (i > 0 && skip.last <= before.last) ||
        skip.posts_end < before.posts_end || skip.posts_end > blocks_bytes ||
        skip.places_end < before.places_end || skip.places_end > place_.places_bytes) {
      return SegmentDamage("bad skips");
    }
    before = skip;
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> Postings::BlockOf(Ordinal post) {
  if (Blocks() <= 1) return 0;
  size_t read = skips_.size() / kSkipBytes;
  while (read < Blocks() && (read == 0 || SkipAt(skips_, read - 1).last < post)) {
    RETURN_IF_ERROR(ReadSkips(std::max(kFirstSkips, read * kMoreSkips)));
    read = skips_.size() / kSkipBytes;
  }
  size_t number = 0;
  for (size_t end = read; number < end;) {
    const size_t middle = number + (end - number) / 2;
    if (SkipAt(skips_, middle).last < post) {
      number = middle + 1;
    } else {
      end = middle;
    }
  }
  return number;
}

uint32_t Postings::PostsBegin(size_t number) const {
  return number == 0 ? 0 : SkipAt(skips_, number - 1).posts_end;
}

uint32_t Postings::PostsEnd(size_t number) const {
  return Blocks() == 1 ? place_.posts_bytes : SkipAt(skips_, number).posts_end;
}

absl::StatusOr<std::string_view> Postings::ReadBlocks(size_t first, size_t last) {
  const uint32_t begin = PostsBegin(first);
  const uint32_t end = PostsEnd(last);
  if (begin < read_begin_ || end > read_end_) {
    const uint64_t blocks_at =
        place_.offset + place_.places_bytes + (Blocks() > 1 ? Blocks() * kSkipBytes : 0);
    read_begin_ = read_end_ = 0;
    blocks_.resize(end - begin + kBlockPadding);
    RETURN_IF_ERROR(ReadAt(file_, blocks_at + begin, end - begin, blocks_.data()));
    read_begin_ = begin;
    read_end_ = end;
  }
  return std::string_view(blocks_).substr(begin - read_begin_, end - begin);
}

absl::Status Postings::AddTo(Bitmap& bitmap, const OrdinalWindow& window, Where where) {
  if (window.end > size_ || window.begin > window.end ||
      bitmap.size() < window.end - window.begin) {
    return absl::InternalError("The window is of another list.");
  }
  if (window.size() == 0) return absl::OkStatus();
  const uint8_t wanted = where == Where::kTitle ? kInTitle : where == Where::kBody ? kInBody : 0;
  ASSIGN_OR_RETURN(const size_t first, BlockOf(window.begin));
  if (first >= Blocks()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const size_t end, BlockOf(window.end - 1));
  const size_t last = std::min(end, Blocks() - 1);
  ASSIGN_OR_RETURN(std::string_view rest, ReadBlocks(first, last));
  PostsBlock block;
  Ordinal next = first == 0 ? 0 : SkipAt(skips_, first - 1).last + 1;
  for (size_t number = first; number <= last; ++number) {
    const size_t posts = std::min<size_t>(place_.posts - number * kBlockPosts, kBlockPosts);
    if (!UnpackBlock(rest, posts, next, size_, &block)) return SegmentDamage("bad posts");
    next = block.ordinals[posts - 1] + 1;
    const bool within = block.ordinals[0] >= window.begin && next <= window.end;
    if (within && where == Where::kAnywhere) {
      bitmap.SetAll({block.ordinals, posts}, window.begin);
    } else {
      SetSome(block, window, wanted, bitmap);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Ordinal>> Postings::Newest(size_t count) {
  RETURN_IF_ERROR(ReadSkips(kFirstSkips));
  RETURN_IF_ERROR(Unpack(0));
  const PostsBlock& block = block_->unpacked;
  return std::vector<Ordinal>(block.ordinals, block.ordinals + std::min(count, block.posts));
}

absl::Status Postings::Unpack(size_t number) {
  if (block_ == nullptr) block_ = std::make_unique<Block>();
  if (block_->number == number) return absl::OkStatus();
  block_->number = Block::kNone;
  ASSIGN_OR_RETURN(std::string_view bytes, ReadBlocks(number, number));
  const size_t posts = std::min<size_t>(place_.posts - number * kBlockPosts, kBlockPosts);
  const Ordinal next = number == 0 ? 0 : SkipAt(skips_, number - 1).last + 1;
  if (!UnpackBlock(bytes, posts, next, size_, &block_->unpacked) ||
      (Blocks() > 1 && block_->unpacked.ordinals[posts - 1] != SkipAt(skips_, number).last)) {
    return SegmentDamage("bad posts");
  }
  block_->number = number;
  block_->places_read = false;
  return absl::OkStatus();
}

absl::StatusOr<std::string_view> Postings::PlacesAt(size_t at) {
  Block& block = *block_;
  if (!block.places_read) {
    const size_t number = block.number;
    const uint32_t begin = number == 0 ? 0 : SkipAt(skips_, number - 1).places_end;
    const uint32_t end = Blocks() == 1 ? place_.places_bytes : SkipAt(skips_, number).places_end;
    block.places.resize(end - begin);
    RETURN_IF_ERROR(ReadAt(file_, place_.offset + begin, end - begin, block.places.data()));
    block.parted = 0;
    block.begins[0] = 0;
    block.places_read = true;
  }
  const std::string_view all = block.places;
  for (; block.parted < at; ++block.parted) {
    const uint32_t begin = block.begins[block.parted];
    std::string_view rest = all.substr(begin), places;
    if (block.unpacked.flags[block.parted] != 0 && !TakePlacesBytes(rest, &places)) {
      return SegmentDamage("bad places");
    }
    block.begins[block.parted + 1] = static_cast<uint32_t>(all.size() - rest.size());
  }
  std::string_view rest = all.substr(block.begins[at]), places;
  if (!TakePlacesBytes(rest, &places)) return SegmentDamage("bad places");
  return places;
}

absl::StatusOr<bool> Postings::Find(Ordinal post, Places* places) {
  if (places != nullptr) {
    places->title.clear();
    places->body.clear();
  }
  // Often it is in the block that was asked last.
  const bool same = block_ != nullptr && block_->number != Block::kNone &&
                    block_->unpacked.ordinals[0] <= post &&
                    post <= block_->unpacked.ordinals[block_->unpacked.posts - 1];
  size_t number = same ? block_->number : 0;
  if (!same) {
    ASSIGN_OR_RETURN(number, BlockOf(post));
  }
  if (number >= Blocks()) return false;
  RETURN_IF_ERROR(Unpack(number));
  const PostsBlock& block = block_->unpacked;
  const size_t at = LowerBound(block, post);
  if (at == block.posts || block.ordinals[at] != post) return false;
  if (places == nullptr || block.flags[at] == 0) return true;
  ASSIGN_OR_RETURN(const std::string_view bytes, PlacesAt(at));
  if (!ParsePlaces(bytes, block.flags[at], places)) return SegmentDamage("bad places");
  return true;
}

}  // namespace forium::search
