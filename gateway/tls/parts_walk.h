// SPDX-License-Identifier: Apache-2.0
// A walk over the parts of a write, a record's bytes at a time. Used where it is made.
#pragma once

#include <array>
#include <cstring>
#include <span>
#include <string_view>

namespace forium::gateway {

class PartsWalk {
 public:
  explicit PartsWalk(std::span<const std::string_view> parts) : parts_(parts) {}

  void Skip(size_t length) {
    at_ += length;
    while (first_ < parts_.size() && at_ >= parts_[first_].size()) at_ -= parts_[first_++].size();
  }

  // The next `length` bytes, no more than there are, piece by piece.
  template <typename Fn>
  void TakePieces(size_t length, const Fn& fn) {
    while (length > 0) {
      const std::string_view piece = parts_[first_].substr(at_, length);
      fn(piece);
      length -= piece.size();
      Skip(piece.size());
    }
  }

  // The next `length` bytes, at most a record's and no more than there are; joined in `joined` only
  // if they stand in several parts.
  std::string_view Take(size_t length, std::span<char> joined) {
    const std::string_view piece = parts_[first_].substr(at_, length);
    Skip(piece.size());
    if (piece.size() == length) return piece;
    std::memcpy(joined.data(), piece.data(), piece.size());
    for (size_t filled = piece.size(); filled < length;) {
      const std::string_view next = parts_[first_].substr(at_, length - filled);
      std::memcpy(joined.data() + filled, next.data(), next.size());
      filled += next.size();
      Skip(next.size());
    }
    return {joined.data(), length};
  }

 private:
  std::span<const std::string_view> parts_;
  size_t first_ = 0;  // of the parts
  size_t at_ = 0;     // in it
};

}  // namespace forium::gateway
