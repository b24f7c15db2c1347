// SPDX-License-Identifier: Apache-2.0
// The frame of a segment's file: its footer, its checksums, and the errors of what is not as it was
// written. README.md tells the rest. Pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/search/segment/mapped_file.h"
#include "services/search/segment/segment.h"

namespace forium::search {

inline constexpr int kLists = 2;
inline constexpr size_t kMostTokenBytes = 255;
// Tokens of a block of the dictionary. 4 million make an index of 62,500 tokens, about 1.5 MB.
inline constexpr size_t kBlockTokens = 64;
// What a checksum is made of.
inline constexpr uint64_t kSumBytes = 1 << 20;
// Ordinals and ids of a list; more would not fit the numbers of a block.
inline constexpr uint32_t kMostPosts = 1u << 30;

// Of each block of a list of posts, but for lists of one block.
struct Skip {
  uint32_t last = 0;        // ordinal
  uint32_t posts_end = 0;   // in the blocks
  uint32_t places_end = 0;  // in the places
};
inline constexpr size_t kSkipBytes = 12;

// Of each block of the dictionary: where it begins, and where its first token ends in the text
// that follows all of these.
inline constexpr size_t kIndexEntryBytes = 12;

// Where the facts begin: of topics, then of the posts of each list.
struct FactsPlaces {
  uint64_t topics = 0;
  std::array<uint64_t, kLists> posts = {};
};
// A record of a post: the same for all, so that it is found by its ordinal.
inline constexpr size_t kPostFactsBytes = 68;

struct Footer {
  uint32_t posts[kLists] = {};
  // Where each part begins; texts and postings come before them, and each part ends where the next
  // begins.
  FactsPlaces facts;
  uint64_t dictionary = 0, index = 0, sums = 0;
  uint64_t tokens = 0;
  uint32_t blocks = 0;  // of the dictionary
  uint32_t index_sum = 0, sums_sum = 0;
};
inline constexpr size_t kFooterBytes = 92;

std::string FooterBytes(const Footer& footer);
// What stands at the end of a file of `file_bytes`, when all of it fits that. Errors: DataLoss.
absl::StatusOr<Footer> ParseFooter(std::string_view bytes, uint64_t file_bytes);

// Checksums of `bytes` before them.
inline uint64_t SumsOf(uint64_t bytes) { return (bytes + kSumBytes - 1) / kSumBytes; }
uint32_t Sum(std::string_view bytes);

absl::Status SegmentDamage(std::string_view what);

// Reads exactly what was asked. Errors: DataLoss.
absl::Status ReadAt(const FileView& file, uint64_t offset, size_t size, char* to);

}  // namespace forium::search
