// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <climits>

#include "services/base/status/macros.h"
#include "services/search/segment/block.h"
#include "services/search/segment/layout.h"
#include "services/search/segment/segment.h"
#include "services/search/segment/varint.h"

namespace forium::search {
namespace {

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

bool ParsePlaces(std::string_view bytes, uint8_t flags, Places* places) {
  if (flags == kInTitle) return TakeRest(bytes, &places->title);
  uint64_t titles = 0;
  if ((flags & kInTitle) != 0 &&
      (!TakeVarint(bytes, &titles) || !TakePlaces(bytes, titles, &places->title))) {
    return false;
  }
  return TakeRest(bytes, &places->body);
}

void SetAll(const PostsBlock& block, Ordinal begin, Bitmap& bitmap) {
  if (block.posts < kBlockPosts) {
    for (size_t i = 0; i < block.posts; ++i) bitmap.Set(block.ordinals[i] - begin);
    return;
  }
  // Neighbours are bits of one word, and would wait for one another.
  constexpr size_t kPart = kBlockPosts / 4;
  for (size_t i = 0; i < kPart; ++i) {
    bitmap.Set(block.ordinals[i] - begin);
    bitmap.Set(block.ordinals[i + kPart] - begin);
    bitmap.Set(block.ordinals[i + 2 * kPart] - begin);
    bitmap.Set(block.ordinals[i + 3 * kPart] - begin);
  }
}

// Those of a block that are within the window, and have what is wanted.
void SetSome(const PostsBlock& block, const OrdinalWindow& window, uint8_t wanted, Bitmap& bitmap) {
  for (size_t i = 0; i < block.posts; ++i) {
    const Ordinal ordinal = block.ordinals[i];
    if (ordinal < window.begin || ordinal >= window.end) continue;
    bitmap.SetIf(wanted == 0 || (block.flags[i] & wanted) != 0, ordinal - window.begin);
  }
}

}  // namespace

struct Postings::Block {
  static constexpr size_t kNone = SIZE_MAX;
  size_t number = kNone;
  size_t places_number = kNone;  // of the block that `places` are of
  PostsBlock unpacked;
  std::string places;
  std::string_view place_of[kBlockPosts];
};

Postings::Postings(int file, const PostingsPlace& place, Ordinal size)
    : file_(file), place_(place), size_(size) {}
Postings::Postings(Postings&&) noexcept = default;
Postings& Postings::operator=(Postings&&) noexcept = default;
Postings::~Postings() = default;

size_t Postings::Blocks() const { return (place_.posts + kBlockPosts - 1) / kBlockPosts; }

absl::Status Postings::Load() {
  const size_t blocks = Blocks();
  blocks_at_ = blocks > 1 ? blocks * kSkipBytes : 0;
  if (place_.posts > size_ || place_.posts_bytes < blocks_at_) return SegmentDamage("bad entry");
  bytes_.resize(place_.posts_bytes + kBlockPadding);
  RETURN_IF_ERROR(
      ReadAt(file_, place_.offset + place_.places_bytes, place_.posts_bytes, bytes_.data()));
  Skip before;
  for (size_t i = 0; blocks > 1 && i < blocks; ++i) {
    const Skip skip = SkipAt(bytes_, i);
    if (skip.last >= size_ || (i > 0 && skip.last <= before.last) ||
        skip.posts_end < before.posts_end || skip.posts_end > place_.posts_bytes - blocks_at_ ||
        skip.places_end < before.places_end || skip.places_end > place_.places_bytes) {
      return SegmentDamage("bad skips");
    }
    before = skip;
  }
  return absl::OkStatus();
}

size_t Postings::BlockOf(Ordinal post) const {
  size_t number = 0;
  for (size_t end = blocks_at_ == 0 ? 0 : Blocks(); number < end;) {
    const size_t middle = number + (end - number) / 2;
    if (SkipAt(bytes_, middle).last < post) {
      number = middle + 1;
    } else {
      end = middle;
    }
  }
  return number;
}

absl::Status Postings::AddTo(Bitmap& bitmap, const OrdinalWindow& window, Where where) const {
  if (window.end > size_ || window.begin > window.end ||
      bitmap.size() < window.end - window.begin) {
    return absl::InternalError("The window is of another list.");
  }
  const uint8_t wanted = where == Where::kTitle ? kInTitle : where == Where::kBody ? kInBody : 0;
  const size_t first = BlockOf(window.begin);
  if (first >= Blocks()) return absl::OkStatus();
  const Skip before = first == 0 ? Skip() : SkipAt(bytes_, first - 1);
  std::string_view rest(bytes_.data() + blocks_at_ + before.posts_end,
                        place_.posts_bytes - blocks_at_ - before.posts_end);
  PostsBlock block;
  Ordinal next = first == 0 ? 0 : before.last + 1;
  for (size_t number = first; number < Blocks() && next < window.end; ++number) {
    const size_t posts = std::min<size_t>(place_.posts - number * kBlockPosts, kBlockPosts);
    if (!UnpackBlock(rest, posts, next, size_, &block)) return SegmentDamage("bad posts");
    next = block.ordinals[posts - 1] + 1;
    const bool within = block.ordinals[0] >= window.begin && next <= window.end;
    if (within && where == Where::kAnywhere) {
      SetAll(block, window.begin, bitmap);
    } else {
      SetSome(block, window, wanted, bitmap);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Ordinal>> Postings::Newest(size_t count) {
  RETURN_IF_ERROR(Unpack(0));
  const PostsBlock& block = block_->unpacked;
  return std::vector<Ordinal>(block.ordinals, block.ordinals + std::min(count, block.posts));
}

absl::Status Postings::Unpack(size_t number) {
  if (block_ == nullptr) block_ = std::make_unique<Block>();
  if (block_->number == number) return absl::OkStatus();
  block_->number = Block::kNone;
  const bool one = blocks_at_ == 0;
  const Skip before = number == 0 ? Skip() : SkipAt(bytes_, number - 1);
  const size_t end = one ? place_.posts_bytes : SkipAt(bytes_, number).posts_end;
  std::string_view bytes(bytes_.data() + blocks_at_ + before.posts_end, end - before.posts_end);
  const size_t posts = std::min<size_t>(place_.posts - number * kBlockPosts, kBlockPosts);
  const Ordinal next = number == 0 ? 0 : before.last + 1;
  if (!UnpackBlock(bytes, posts, next, size_, &block_->unpacked) ||
      (!one && block_->unpacked.ordinals[posts - 1] != SkipAt(bytes_, number).last)) {
    return SegmentDamage("bad posts");
  }
  block_->number = number;
  return absl::OkStatus();
}

absl::Status Postings::LoadPlaces(size_t number) {
  if (block_->places_number == number) return absl::OkStatus();
  block_->places_number = Block::kNone;
  const uint32_t begin = number == 0 ? 0 : SkipAt(bytes_, number - 1).places_end;
  const uint32_t end = blocks_at_ == 0 ? place_.places_bytes : SkipAt(bytes_, number).places_end;
  block_->places.resize(end - begin);
  RETURN_IF_ERROR(ReadAt(file_, place_.offset + begin, end - begin, block_->places.data()));
  std::string_view rest = block_->places;
  for (size_t i = 0; i < block_->unpacked.posts; ++i) {
    block_->place_of[i] = {};
    uint64_t size = 0;
    if (block_->unpacked.flags[i] != 0 &&
        (!TakeVarint(rest, &size) || !TakeBytes(rest, size, &block_->place_of[i]))) {
      return SegmentDamage("bad places");
    }
  }
  block_->places_number = number;
  return absl::OkStatus();
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
  const size_t number = same ? block_->number : BlockOf(post);
  if (number >= Blocks()) return false;
  RETURN_IF_ERROR(Unpack(number));
  const PostsBlock& block = block_->unpacked;
  const Ordinal* found = std::lower_bound(block.ordinals, block.ordinals + block.posts, post);
  if (found == block.ordinals + block.posts || *found != post) return false;
  const size_t at = static_cast<size_t>(found - block.ordinals);
  if (places == nullptr || block.flags[at] == 0) return true;
  RETURN_IF_ERROR(LoadPlaces(number));
  if (!ParsePlaces(block_->place_of[at], block.flags[at], places)) {
    return SegmentDamage("bad places");
  }
  return true;
}

}  // namespace forium::search
