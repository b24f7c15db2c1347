// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/index_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <random>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/search/index/migrations.h"
#include "services/search/index/words_file.h"
#include "services/search/words/tokenizer.h"
#include "services/search/words/words.h"

namespace forium::search {
namespace {

// Of rows, beside kWordsVersion: what is in them, when the schema does not tell.
constexpr int kRowsVersion = 4;

// Words that are counted in memory before they are written, while a file is filled: some 60 MB. A
// million posts have less, and each word is written once then.
constexpr size_t kGatheredWords = 1'500'000;

// Below this a vocabulary has all words; above, those that two posts have.
constexpr int64_t kSmallVocabulary = 20'000;

constexpr int64_t kLanguages = 4;

std::string Format() { return absl::StrCat(kWordsVersion, ".", kRowsVersion); }

std::string NewIdentity() {
  std::random_device random;
  return absl::StrCat(absl::Hex(random()), absl::Hex(random()));
}

absl::Status Replaced() {
  return status::WithCause(
      absl::DataLossError("The search index is damaged and is being built anew."),
      "the file holds another index");
}

}  // namespace

std::vector<int64_t> IndexFile::NumbersIn(const std::string& folder) {
  std::vector<int64_t> numbers;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    absl::string_view rest = name;
    int64_t number = 0;
    if (absl::ConsumePrefix(&rest, "search-") && absl::ConsumeSuffix(&rest, ".db") &&
        absl::SimpleAtoi(rest, &number)) {
      numbers.push_back(number);
    }
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::string IndexFile::PathOf(const std::string& folder, int64_t number) {
  return absl::StrCat(folder, "/search-", number, ".db");
}

void IndexFile::Remove(const std::string& path) {
  std::error_code error;
  for (const char* const suffix : {"", "-wal", "-shm", "-journal"}) {
    std::filesystem::remove(path + suffix, error);
  }
  RemoveWords(WordsPathOf(path));
}

IndexFile::IndexFile(std::string path, Language otherwise)
    : path_(std::move(path)),
      words_path_(WordsPathOf(path_)),
      otherwise_(otherwise),
      intake_(otherwise, *touched_) {}

absl::StatusOr<std::shared_ptr<IndexFile>> IndexFile::Create(const std::string& path,
                                                             Language otherwise) {
  std::shared_ptr<IndexFile> file(new IndexFile(path, otherwise));
  if (!path.empty()) Remove(path);
  RETURN_IF_ERROR(file->OpenDatabase());
  RETURN_IF_ERROR(file->Initialize());
  return file;
}

absl::StatusOr<std::shared_ptr<IndexFile>> IndexFile::Open(const std::string& path,
                                                           Language otherwise) {
  std::shared_ptr<IndexFile> file(new IndexFile(path, otherwise));
  RETURN_IF_ERROR(file->OpenDatabase());
  std::string format, complete;
  RETURN_IF_ERROR(file->Read([&](IndexStore& store) -> absl::Status {
    ASSIGN_OR_RETURN(complete, store.ReadState("complete"));
    ASSIGN_OR_RETURN(format, store.ReadState("format"));
    ASSIGN_OR_RETURN(file->identity_, store.ReadState("identity"));
    ASSIGN_OR_RETURN(file->seal_, store.ReadState("segment"));
    return store.ReadTouched(*file->touched_);
  }));
  if (complete != "1") return absl::NotFoundError("The index was not completed.");
  if (format != Format()) return absl::FailedPreconditionError("The index has another format.");
  ASSIGN_OR_RETURN(file->segment_, OpenWords(file->words_path_, file->seal_));
  RETURN_IF_ERROR(file->ReadNumbers());
  return file;
}

absl::Status IndexFile::OpenDatabase() {
  RegisterTokenizer();
  ASSIGN_OR_RETURN(database_, database::OpenSqlite({.path = path_}, kIndexMigrations));
  struct stat found = {};
  if (!path_.empty() && ::stat(path_.c_str(), &found) == 0) inode_ = found.st_ino;
  return absl::OkStatus();
}

absl::Status IndexFile::Initialize() {
  identity_ = NewIdentity();
  ASSIGN_OR_RETURN(sealing_, Sealing::Begin(words_path_));
  intake_.SealInto(sealing_.get());
  return Write([&](IndexStore& store) -> absl::Status {
    RETURN_IF_ERROR(store.SetState("format", Format()));
    return store.SetState("identity", identity_);
  });
}

IndexFile::~IndexFile() {
  sealing_.reset();
  database_.reset();
  if (remove_ && !path_.empty()) Remove(path_);
}

absl::Status IndexFile::Write(Body body) {
  const auto sealed_text = [this](int64_t post_id) { return SealedText(post_id); };
  return database_->Write([&](database::Transaction& tx) {
    IndexStore store(tx, sealed_text);
    return body(store);
  });
}

absl::Status IndexFile::Read(Body body) const {
  const auto sealed_text = [this](int64_t post_id) { return SealedText(post_id); };
  return database_->Read([&](database::Transaction& tx) {
    IndexStore store(tx, sealed_text);
    return body(store);
  });
}

absl::StatusOr<std::string> IndexFile::SealedText(int64_t post_id) const {
  return sealing_ != nullptr ? sealing_->TextOf(post_id) : segment_->TextOf(post_id);
}

absl::Status IndexFile::Follow(const Documents& documents, int64_t sequence) {
  absl::Status status = Write([&](IndexStore& store) -> absl::Status {
    RETURN_IF_ERROR(intake_.Take(store, documents));
    RETURN_IF_ERROR(intake_.WriteCounts(store));
    return store.SetNumber("sequence", sequence);
  });
  intake_.Forget();
  RETURN_IF_ERROR(status);
  return ReadNumbers();
}

absl::Status IndexFile::Fill(const Documents& documents) {
  return Write([&](IndexStore& store) -> absl::Status {
    RETURN_IF_ERROR(intake_.Take(store, documents));
    if (intake_.gathered() < kGatheredWords) return absl::OkStatus();
    return intake_.WriteCounts(store);
  });
}

absl::Status IndexFile::Complete(int64_t sequence, v1::Index::Cause cause) {
  std::future<absl::Status> sealed = std::async(std::launch::async, [this] { return SealWords(); });
  absl::Status status = WriteCounts();
  status.Update(sealed.get());
  RETURN_IF_ERROR(status);
  // Apart: the first write behind the large one begins the log anew, and cuts it.
  RETURN_IF_ERROR(Write([&](IndexStore& store) -> absl::Status {
    RETURN_IF_ERROR(store.SetState("segment", seal_));
    RETURN_IF_ERROR(store.SetNumber("sealed", sealing_->posts()));
    RETURN_IF_ERROR(store.SetNumber("sequence", sequence));
    RETURN_IF_ERROR(store.SetNumber("cause", cause));
    RETURN_IF_ERROR(store.SetNumber("built_at", absl::ToUnixMicros(absl::Now())));
    return store.SetState("complete", "1");
  }));
  intake_.SealInto(nullptr);
  sealing_.reset();
  return ReadNumbers();
}

absl::Status IndexFile::WriteCounts() {
  return Write([&](IndexStore& store) { return intake_.WriteCounts(store); });
}

absl::Status IndexFile::SealWords() {
  RETURN_IF_ERROR(sealing_->Finish());
  ASSIGN_OR_RETURN(seal_, SealOf(words_path_));
  ASSIGN_OR_RETURN(segment_, OpenWords(words_path_, seal_));
  if (path_.empty()) RemoveWords(words_path_);
  return absl::OkStatus();
}

absl::Status IndexFile::ReadNumbers() {
  Numbers read;
  RETURN_IF_ERROR(Read([&](IndexStore& store) -> absl::Status {
    ASSIGN_OR_RETURN(read.sequence, store.ReadNumber("sequence"));
    ASSIGN_OR_RETURN(read.topics, store.ReadNumber("topics"));
    ASSIGN_OR_RETURN(read.posts, store.ReadNumber("posts"));
    ASSIGN_OR_RETURN(read.text_bytes, store.ReadNumber("text_bytes"));
    ASSIGN_OR_RETURN(read.sealed, store.ReadNumber("sealed"));
    ASSIGN_OR_RETURN(read.unsealed, store.ReadNumber("unsealed"));
    ASSIGN_OR_RETURN(read.loose, store.ReadNumber("loose"));
    ASSIGN_OR_RETURN(const int64_t cause, store.ReadNumber("cause"));
    ASSIGN_OR_RETURN(const int64_t built_at, store.ReadNumber("built_at"));
    if (v1::Index::Cause_IsValid(static_cast<int>(cause))) {
      read.cause = static_cast<v1::Index::Cause>(cause);
    }
    read.built_at = absl::FromUnixMicros(built_at);
    return absl::OkStatus();
  }));
  absl::MutexLock lock(&mutex_);
  numbers_ = read;
  return absl::OkStatus();
}

IndexFile::Numbers IndexFile::numbers() const {
  absl::MutexLock lock(&mutex_);
  return numbers_;
}

int64_t IndexFile::BytesOnDisk() const {
  int64_t bytes = 0;
  for (const std::string& path : {path_, path_ + "-wal", words_path_}) {
    struct stat found = {};
    if (::stat(path.c_str(), &found) == 0) bytes += found.st_size;
  }
  return bytes;
}

absl::StatusOr<IndexFile::Shared> IndexFile::ReadShared() const {
  Shared shared;
  IndexStore::CountedWords counted;
  RETURN_IF_ERROR(Read([&](IndexStore& store) -> absl::Status {
    ASSIGN_OR_RETURN(counted, store.ReadVocabulary(2));
    if (counted.all < kSmallVocabulary) {
      ASSIGN_OR_RETURN(counted, store.ReadVocabulary(1));
    }
    ASSIGN_OR_RETURN(shared.languages, store.ReadLanguages(kLanguages));
    return absl::OkStatus();
  }));
  std::vector<Language>& languages = shared.languages;
  if (otherwise_ != Language::kNone &&
      std::find(languages.begin(), languages.end(), otherwise_) == languages.end()) {
    if (languages.size() == kLanguages) languages.pop_back();
    languages.push_back(otherwise_);
  }
  shared.words = counted.all;
  shared.vocabulary = std::make_shared<const Vocabulary>(std::move(counted.words), numbers().posts);
  return shared;
}

std::shared_ptr<database::Database> IndexFile::database() {
  return {shared_from_this(), database_.get()};
}

IndexFile::Place IndexFile::LookForPlace() const {
  struct stat found = {};
  if (path_.empty()) return Place::kSame;
  if (::stat(path_.c_str(), &found) != 0) return Place::kGone;
  if (found.st_ino != inode_) return Place::kReplaced;
  // Another file of words does no harm: this one is read on.
  if (segment_ == nullptr) return Place::kSame;
  const bool same = ::stat(words_path_.c_str(), &found) == 0 && found.st_ino == segment_->inode() &&
                    found.st_size == segment_->bytes();
  return same ? Place::kSame : Place::kGone;
}

absl::Status IndexFile::CheckIdentity() const {
  return Read([&](IndexStore& store) -> absl::Status {
    ASSIGN_OR_RETURN(const std::string identity, store.ReadState("identity"));
    return identity == identity_ ? absl::OkStatus() : Replaced();
  });
}

absl::Status IndexFile::CheckPages() const {
  return Read([&](IndexStore& store) { return store.QuickCheck(); });
}

absl::StatusOr<int64_t> IndexFile::CheckTexts(int64_t after_id, int64_t limit) const {
  int64_t last = 0;
  RETURN_IF_ERROR(Read([&](IndexStore& store) -> absl::Status {
    ASSIGN_OR_RETURN(last, store.VerifyTexts(after_id, limit));
    return absl::OkStatus();
  }));
  return last;
}

absl::Status IndexFile::CheckWords() {
  return Write([&](IndexStore& store) { return store.CheckWords(); });
}

}  // namespace forium::search
