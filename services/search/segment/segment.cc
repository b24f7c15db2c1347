// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/segment.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/search/segment/facts.h"
#include "services/search/segment/layout.h"
#include "services/search/segment/varint.h"

namespace forium::search {
namespace {

// MiB that one call of Check reads.
constexpr int64_t kPartSums = 16;

// A place of the dictionary, read token by token.
class DictionaryBlock {
 public:
  DictionaryBlock(std::string_view bytes, uint64_t postings_end)
      : rest_(bytes), postings_end_(postings_end) {}

  bool Begin() { return TakeVarint(rest_, &offset_) && offset_ <= postings_end_; }
  bool AtEnd() const { return rest_.empty(); }
  const std::string& token() const { return token_; }
  const PostingsPlace& place(SegmentList list) const { return places_[static_cast<int>(list)]; }

  bool Next() {
    uint64_t shared = 0, size = 0;
    std::string_view suffix;
    if (!TakeVarint(rest_, &shared) || !TakeVarint(rest_, &size)) return false;
    if (shared > token_.size() || size > kMostTokenBytes - shared) return false;
    if (!TakeBytes(rest_, size, &suffix)) return false;
    token_.resize(shared);
    token_ += suffix;
    for (PostingsPlace& place : places_) {
      place = {};
      if (!TakeVarint32(rest_, &place.posts)) return false;
      if (place.posts == 0) continue;
      if (!TakeVarint32(rest_, &place.posts_bytes) || !TakeVarint32(rest_, &place.places_bytes)) {
        return false;
      }
      place.offset = offset_;
      const uint64_t bytes = uint64_t{place.posts_bytes} + place.places_bytes;
      if (bytes > postings_end_ - offset_) return false;
      offset_ += bytes;
    }
    return true;
  }

 private:
  std::string_view rest_;
  const uint64_t postings_end_;
  uint64_t offset_ = 0;  // of the next postings
  std::string token_;
  PostingsPlace places_[kLists];
};

class OpenFile {
 public:
  explicit OpenFile(int file) : file_(file) {}
  OpenFile(OpenFile&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  ~OpenFile() {
    if (file_ >= 0) ::close(file_);
  }
  int get() const { return file_; }

 private:
  int file_;
};

absl::Status OpenError(int cause) {
  if (cause == EMFILE || cause == ENFILE || cause == ENOMEM) {
    return status::WithCause(absl::UnavailableError("Search is busy. Try again in a minute."),
                             std::string("segment: ") + std::strerror(cause));
  }
  return SegmentDamage(std::string("cannot be opened: ") + std::strerror(cause));
}

}  // namespace

struct Segment::Parts {
  OpenFile file;
  int64_t bytes = 0;
  ino_t inode = 0;
  Footer footer = {};
  std::string index = {};  // offsets and ends, then the first tokens
  std::string sums = {};
  std::unique_ptr<const MappedFile> mapped = {};

  FileView view() const { return {file.get(), mapped.get()}; }
  uint64_t BlockBegin(size_t block) const {
    return LoadFixed<uint64_t>(index.data() + block * kIndexEntryBytes);
  }
  uint64_t BlockEnd(size_t block) const {
    return block + 1 < footer.blocks ? BlockBegin(block + 1) : footer.index;
  }
  uint32_t TextEnd(size_t block) const {
    return LoadFixed<uint32_t>(index.data() + block * kIndexEntryBytes + 8);
  }
  std::string_view FirstToken(size_t block) const {
    const size_t begin = block == 0 ? 0 : TextEnd(block - 1);
    return std::string_view(index)
        .substr(footer.blocks * kIndexEntryBytes)
        .substr(begin, TextEnd(block) - begin);
  }
  absl::Status Load();
  bool IndexFits() const;
};

absl::Status Segment::Parts::Load() {
  struct stat found;
  if (::fstat(file.get(), &found) != 0) return SegmentDamage("cannot be looked at");
  bytes = found.st_size;
  inode = found.st_ino;
  const uint64_t size = static_cast<uint64_t>(bytes);
  if (!S_ISREG(found.st_mode) || size < kFooterBytes) return SegmentDamage("is none");
  char footer_bytes[kFooterBytes];
  RETURN_IF_ERROR(ReadAt(file.get(), size - kFooterBytes, kFooterBytes, footer_bytes));
  ASSIGN_OR_RETURN(footer, ParseFooter({footer_bytes, kFooterBytes}, size));

  index.resize(footer.sums - footer.index);
  RETURN_IF_ERROR(ReadAt(file.get(), footer.index, index.size(), index.data()));
  if (Sum(index) != footer.index_sum) return SegmentDamage("wrong checksum of the index");
  if (!IndexFits()) return SegmentDamage("the index does not fit");
  sums.resize(4 * SumsOf(footer.sums));
  RETURN_IF_ERROR(ReadAt(file.get(), footer.sums, sums.size(), sums.data()));
  if (Sum(sums) != footer.sums_sum) return SegmentDamage("wrong checksum of the checksums");
  mapped = MappedFile::Map(file.get(), size);
  return absl::OkStatus();
}

bool Segment::Parts::IndexFits() const {
  const uint64_t text = index.size() - uint64_t{footer.blocks} * kIndexEntryBytes;
  uint64_t begin = footer.dictionary;
  uint32_t text_begin = 0;
  for (size_t i = 0; i < footer.blocks; ++i) {
    if (BlockBegin(i) < begin || BlockBegin(i) > footer.index) return false;
    if (TextEnd(i) < text_begin || TextEnd(i) > text) return false;
    begin = BlockBegin(i);
    text_begin = TextEnd(i);
  }
  return true;
}

Segment::Segment(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
Segment::~Segment() = default;

absl::StatusOr<std::shared_ptr<const Segment>> Segment::Open(const std::string& path) {
  OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return OpenError(errno);
  std::unique_ptr<Parts> parts(new Parts{.file = std::move(file)});
  RETURN_IF_ERROR(parts->Load());
  return std::shared_ptr<const Segment>(new Segment(std::move(parts)));
}

Ordinal Segment::size(SegmentList list) const {
  return parts_->footer.posts[static_cast<int>(list)];
}

int64_t Segment::bytes() const { return parts_->bytes; }
ino_t Segment::inode() const { return parts_->inode; }

absl::StatusOr<int64_t> Segment::PostAt(SegmentList list, Ordinal ordinal) const {
  Facts facts;
  RETURN_IF_ERROR(ReadPost(list, ordinal, &facts));
  return facts.post.id;
}

absl::Status Segment::ReadPost(SegmentList list, Ordinal ordinal, Facts* facts) const {
  if (ordinal >= size(list)) return absl::OutOfRangeError("The list has no such post.");
  return facts->ReadPost(parts_->view(), parts_->footer.facts, static_cast<size_t>(list), ordinal);
}

absl::Status Segment::ReadTopic(Facts* facts) const {
  return facts->ReadTopic(parts_->view(), parts_->footer.facts);
}

absl::StatusOr<std::string> Segment::ReadText(const TextPlace& place) const {
  return search::ReadText(parts_->view(), place);
}

absl::StatusOr<std::string> Segment::TextOf(int64_t post_id) const {
  Facts facts;
  for (const SegmentList list : {SegmentList::kReplies, SegmentList::kOpenings}) {
    ASSIGN_OR_RETURN(const bool found,
                     facts.FindPost(parts_->view(), parts_->footer.facts, static_cast<size_t>(list),
                                    size(list), post_id));
    if (found) return ReadText(facts.text);
  }
  return SegmentDamage("a post is not there");
}

absl::StatusOr<std::optional<Postings>> Segment::Find(SegmentList list,
                                                      std::string_view token) const {
  token = token.substr(0, kMostTokenBytes);
  // The last block that does not begin behind the token.
  size_t after = 0;
  for (size_t end = parts_->footer.blocks; after < end;) {
    const size_t middle = after + (end - after) / 2;
    if (parts_->FirstToken(middle) <= token) {
      after = middle + 1;
    } else {
      end = middle;
    }
  }
  if (after == 0) return std::nullopt;
  const uint64_t begin = parts_->BlockBegin(after - 1);
  std::string bytes(parts_->BlockEnd(after - 1) - begin, '\0');
  RETURN_IF_ERROR(ReadAt(parts_->view(), begin, bytes.size(), bytes.data()));

  DictionaryBlock block(bytes, parts_->footer.facts.topics);
  bool sound = block.Begin();
  while (sound && !block.AtEnd()) {
    sound = block.Next();
    if (!sound || block.token() < token) continue;
    if (block.token() != token || block.place(list).posts == 0) return std::nullopt;
    Postings postings(parts_->view(), block.place(list), size(list));
    RETURN_IF_ERROR(postings.Load());
    return std::optional<Postings>(std::move(postings));
  }
  if (!sound) return SegmentDamage("bad dictionary");
  return std::nullopt;
}

void Segment::Rest() const {
  if (parts_->mapped != nullptr) parts_->mapped->Rest();
}

// By calls, so that a check does not fill the process's memory.
absl::StatusOr<int64_t> Segment::Check(int64_t part) const {
  const uint64_t covered = parts_->footer.sums;
  const int64_t sums = static_cast<int64_t>(SumsOf(covered));
  if (part < 0 || part > sums / kPartSums) return absl::OutOfRangeError("There is no such part.");
  const int64_t end = std::min(sums, (part + 1) * kPartSums);
  std::string bytes;
  for (int64_t i = part * kPartSums; i < end; ++i) {
    const uint64_t begin = static_cast<uint64_t>(i) * kSumBytes;
    bytes.resize(std::min(kSumBytes, covered - begin));
    RETURN_IF_ERROR(ReadAt(parts_->file.get(), begin, bytes.size(), bytes.data()));
    if (Sum(bytes) != LoadFixed<uint32_t>(parts_->sums.data() + 4 * i)) {
      return SegmentDamage("a wrong checksum");
    }
  }
  return end < sums ? part + 1 : 0;
}

}  // namespace forium::search
