// SPDX-License-Identifier: Apache-2.0
// The words of the posts of an index, sealed: a file that is written once, when the index is built,
// and only read from then on. README.md tells its format. What changed since stands in FTS5 beside
// it. A file that is cut off is an error. Thread-safe.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/search/segment/bitmap.h"
#include "services/search/segment/mapped_file.h"

namespace forium::search {

class Facts;
struct TextPlace;

// A segment has two lists of posts: those that begin topics, and all others.
enum class SegmentList { kOpenings, kReplies };

// Where a word stands in a post, in growing order; of each column at most kMostPlaces.
struct Places {
  std::vector<int> title, body;
};
inline constexpr int kMostPlaces = 255;

// Where the posts of a word lie in the file. Found by Segment::Find.
struct PostingsPlace {
  uint32_t posts = 0;
  uint64_t offset = 0;  // of the places; skips and posts follow them
  uint32_t posts_bytes = 0, places_bytes = 0;
};

// The posts of a list that have a word, newest first. Reads of the file when it has to; thread-
// compatible. The segment outlives it. All errors: DataLoss, what lies there is not what was
// written.
class Postings {
 public:
  Postings(Postings&&) noexcept;
  Postings& operator=(Postings&&) noexcept;
  ~Postings();

  uint32_t posts() const { return place_.posts; }
  // Sets the bit of each within the window, counted from its begin; or of those alone that have it
  // in the title, or in the body. The bitmap is as large as the window.
  enum class Where { kAnywhere, kTitle, kBody };
  absl::Status AddTo(Bitmap& bitmap, const OrdinalWindow& window, Where where = Where::kAnywhere);
  // The first of them, at most 128.
  absl::StatusOr<std::vector<Ordinal>> Newest(size_t count);
  // Whether a post has it, and where. `places` is filled anew; null: nobody asks. Best asked by
  // growing ordinals.
  absl::StatusOr<bool> Find(Ordinal post, Places* places);

 private:
  friend class Segment;
  struct Block;
  Postings(const FileView& file, const PostingsPlace& place, Ordinal size);
  // Reads what is there to begin with: all of a short list.
  absl::Status Load();
  size_t Blocks() const;
  // Reads more skips: the first `count` are there then.
  absl::Status ReadSkips(size_t count);
  // From the skip `first` on.
  absl::Status CheckSkips(size_t first) const;
  // The first block that may have the post, or an older one; the number of blocks: none.
  absl::StatusOr<size_t> BlockOf(Ordinal post);
  // Where a block begins among blocks. Its skip, and the one before, have been read.
  uint32_t PostsBegin(size_t number) const;
  uint32_t PostsEnd(size_t number) const;
  // What lies there of the blocks [first, last], and behind it padding.
  absl::StatusOr<std::string_view> ReadBlocks(size_t first, size_t last);
  // Unpacks a block, if it is not the one that was asked last.
  absl::Status Unpack(size_t number);
  // The places of the post at `at` in the block that was unpacked.
  absl::StatusOr<std::string_view> PlacesAt(size_t at);

  FileView file_;
  PostingsPlace place_;
  Ordinal size_;                            // posts of the list
  std::string skips_;                       // the first of them; none for a list of one block
  std::string blocks_;                      // those that were read last, and padding
  uint32_t read_begin_ = 0, read_end_ = 0;  // where they lie among blocks
  std::unique_ptr<Block> block_;            // the one that was asked last
};

class Segment {
 public:
  // Errors: DataLoss when there is none that can be read; Unavailable when this process has no
  // descriptor or memory left for it.
  static absl::StatusOr<std::shared_ptr<const Segment>> Open(const std::string& path);
  ~Segment();
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  // How many posts a list has.
  Ordinal size(SegmentList list) const;
  absl::StatusOr<int64_t> PostAt(SegmentList list, Ordinal ordinal) const;
  // The facts of a post, then those of its topic.
  absl::Status ReadPost(SegmentList list, Ordinal ordinal, Facts* facts) const;
  absl::Status ReadTopic(Facts* facts) const;
  // The text of a post whose facts were read. Errors: DataLoss.
  absl::StatusOr<std::string> ReadText(const TextPlace& place) const;
  // The same by its id alone, which costs more. Errors: DataLoss, too when there is no such post.
  absl::StatusOr<std::string> TextOf(int64_t post_id) const;

  // A token as Words gives it, or a mark; cut as the builder cuts. Empty: no post of the list has
  // it.
  absl::StatusOr<std::optional<Postings>> Find(SegmentList list, std::string_view token) const;

  int64_t bytes() const;
  // Of the file that was opened: whether its path still leads to it.
  ino_t inode() const;
  // Compares a part of the file with its checksums, from `part` on, 0 at first. The next part; 0 at
  // the end.
  absl::StatusOr<int64_t> Check(int64_t part) const;
  // What was read no longer counts as the process's memory, until it is read again.
  void Rest() const;

 private:
  struct Parts;
  explicit Segment(std::unique_ptr<const Parts> parts);

  const std::unique_ptr<const Parts> parts_;
};

}  // namespace forium::search
