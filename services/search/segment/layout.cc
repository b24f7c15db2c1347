// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/layout.h"

#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "services/base/status/status.h"
#include "services/search/segment/varint.h"

namespace forium::search {
namespace {

constexpr std::string_view kMagic = "FoSegmnt";
// Of the format; another one is not read.
constexpr uint32_t kVersion = 2;

// Whether the parts follow one another and fill the file.
bool Fits(const Footer& footer, uint64_t file_bytes) {
  if (footer.posts[0] > kMostPosts || footer.posts[1] > kMostPosts) return false;
  const FactsPlaces& facts = footer.facts;
  if (facts.topics > facts.posts[0] || facts.posts[0] > facts.posts[1]) return false;
  if (facts.posts[1] > footer.dictionary || footer.dictionary > footer.index) return false;
  if (footer.index > footer.sums || footer.sums > file_bytes) return false;
  const uint64_t openings = kPostFactsBytes * uint64_t{footer.posts[0]};
  const uint64_t replies = kPostFactsBytes * uint64_t{footer.posts[1]};
  if (facts.posts[1] - facts.posts[0] != openings) return false;
  if (footer.dictionary - facts.posts[1] != replies) return false;
  if (footer.sums - footer.index < uint64_t{footer.blocks} * kIndexEntryBytes) return false;
  return file_bytes - footer.sums == 4 * SumsOf(footer.sums) + kFooterBytes;
}

}  // namespace

uint32_t Sum(std::string_view bytes) {
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

std::string FooterBytes(const Footer& footer) {
  std::string bytes;
  AppendFixed(footer.posts[0], bytes);
  AppendFixed(footer.posts[1], bytes);
  AppendFixed(footer.facts.topics, bytes);
  AppendFixed(footer.facts.posts[0], bytes);
  AppendFixed(footer.facts.posts[1], bytes);
  AppendFixed(footer.dictionary, bytes);
  AppendFixed(footer.index, bytes);
  AppendFixed(footer.sums, bytes);
  AppendFixed(footer.tokens, bytes);
  AppendFixed(footer.blocks, bytes);
  AppendFixed(footer.index_sum, bytes);
  AppendFixed(footer.sums_sum, bytes);
  AppendFixed(kVersion, bytes);
  AppendFixed(Sum(bytes), bytes);
  bytes += kMagic;
  return bytes;
}

absl::StatusOr<Footer> ParseFooter(std::string_view bytes, uint64_t file_bytes) {
  constexpr size_t kSumAt = kFooterBytes - kMagic.size() - 4;
  if (bytes.size() != kFooterBytes || bytes.substr(kSumAt + 4) != kMagic) {
    return SegmentDamage("is none");
  }
  if (LoadFixed<uint32_t>(bytes.data() + kSumAt) != Sum(bytes.substr(0, kSumAt))) {
    return SegmentDamage("wrong checksum of the footer");
  }
  const char* at = bytes.data();
  const auto take = [&at](auto* number) {
    std::memcpy(number, at, sizeof(*number));
    at += sizeof(*number);
  };
  Footer footer;
  uint32_t version = 0;
  take(&footer.posts[0]);
  take(&footer.posts[1]);
  take(&footer.facts.topics);
  take(&footer.facts.posts[0]);
  take(&footer.facts.posts[1]);
  take(&footer.dictionary);
  take(&footer.index);
  take(&footer.sums);
  take(&footer.tokens);
  take(&footer.blocks);
  take(&footer.index_sum);
  take(&footer.sums_sum);
  take(&version);
  if (version != kVersion) return SegmentDamage("another version");
  if (!Fits(footer, file_bytes)) return SegmentDamage("sizes do not fit");
  return footer;
}

absl::Status SegmentDamage(std::string_view what) {
  return status::WithCause(
      absl::DataLossError("The search index is damaged and is being built anew."),
      absl::StrCat("segment: ", absl::string_view(what.data(), what.size())));
}

absl::Status ReadAt(const FileView& file, uint64_t offset, size_t size, char* to) {
  if (file.mapped != nullptr) return file.mapped->Read(offset, size, to);
  while (size > 0) {
    const ssize_t read = ::pread(file.descriptor, to, size, static_cast<off_t>(offset));
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return SegmentDamage(absl::StrCat("cannot be read: ", std::strerror(errno)));
    if (read == 0) return SegmentDamage("is cut off");
    to += read;
    offset += static_cast<uint64_t>(read);
    size -= static_cast<size_t>(read);
  }
  return absl::OkStatus();
}

}  // namespace forium::search
