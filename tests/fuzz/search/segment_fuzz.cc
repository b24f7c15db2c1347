// SPDX-License-Identifier: Apache-2.0
// A segment of which some bytes are others, with checksums that fit again where it would not be
// opened otherwise: whatever is read of it is what may stand there, or told to be damage.
// Of the input each five bytes are one change: where (from the end when the highest bit is set),
// what.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "services/search/segment/layout.h"
#include "services/search/segment/testing/written_segment.h"
#include "tests/fuzz/require.h"

namespace {

using namespace forium::search;
using forium::fuzz::Require;

// Of the footer: where its numbers of the index, and its own checksum, stand (README.md of
// segment).
constexpr size_t kIndexAt = 40, kSumsAt = 48, kIndexSumAt = 68, kFooterSumAt = 80;
constexpr size_t kChange = 5;

struct Written {
  std::vector<WrittenPost> posts;
  std::string bytes;
};

Written WriteOnce() {
  std::mt19937 random(1);
  Written written;
  // One list has several blocks of posts.
  written.posts = RandomPosts(400, 60, random);
  const auto path =
      std::filesystem::temp_directory_path() / ("segment_fuzz." + std::to_string(getpid()));
  Require(WriteSegment(written.posts, path).ok(), "cannot be written");
  written.bytes = FileBytes(path);
  std::filesystem::remove(path);
  return written;
}

template <typename Number>
Number At(const std::string& bytes, size_t at) {
  Number number;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

void PutSum(std::string_view of, size_t at, std::string& bytes) {
  const uint32_t sum = Sum(of);
  std::memcpy(bytes.data() + at, &sum, sizeof sum);
}

void MendSums(std::string& bytes) {
  const size_t footer = bytes.size() - kFooterBytes;
  const auto index = At<uint64_t>(bytes, footer + kIndexAt);
  const auto sums = At<uint64_t>(bytes, footer + kSumsAt);
  const std::string_view all = bytes;
  if (index <= sums && sums <= footer) {
    PutSum(all.substr(index, sums - index), footer + kIndexSumAt, bytes);
  }
  PutSum(all.substr(footer, kFooterSumAt), footer + kFooterSumAt, bytes);
}

void Change(std::string_view input, std::string& bytes) {
  constexpr uint32_t kFromTheEnd = 1u << 31;
  for (; input.size() >= kChange; input.remove_prefix(kChange)) {
    uint32_t at = 0;
    std::memcpy(&at, input.data(), sizeof at);
    const size_t place = (at & ~kFromTheEnd) % bytes.size();
    bytes[(at & kFromTheEnd) != 0 ? bytes.size() - 1 - place : place] = input[sizeof at];
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  static const Written& written = *new Written(WriteOnce());
  std::string bytes = written.bytes;
  Change({reinterpret_cast<const char*>(input), size}, bytes);
  MendSums(bytes);
  const int file = memfd_create("segment", MFD_CLOEXEC);
  Require(
      file >= 0 && write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
      "no memory");
  Require(ReadEverything("/proc/self/fd/" + std::to_string(file), written.posts),
          "another error than damage");
  close(file);
  return 0;
}
