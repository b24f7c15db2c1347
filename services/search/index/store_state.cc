// SPDX-License-Identifier: Apache-2.0
// Statements on what the file is, how far it is, and whether it is whole.
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/search/index/damage.h"
#include "services/search/index/store.h"

namespace forium::search {

using database::Row;
using database::Statement;

constexpr Statement kReadState{"search_read_state", "SELECT value FROM state WHERE key = $1"};

absl::StatusOr<std::string> IndexStore::ReadState(std::string_view key) {
  std::string value;
  RETURN_IF_ERROR(tx_.Query(
      kReadState, [&](const Row& row) { value = row.Text(0); }, key));
  return value;
}

absl::StatusOr<int64_t> IndexStore::ReadNumber(std::string_view key) {
  ASSIGN_OR_RETURN(const std::string value, ReadState(key));
  int64_t number = 0;
  return absl::SimpleAtoi(value, &number) ? number : 0;
}

constexpr Statement kSetState{"search_set_state",
                              "INSERT OR REPLACE INTO state (key, value) VALUES ($1, $2)"};

absl::Status IndexStore::SetState(std::string_view key, std::string_view value) {
  return tx_.Execute(kSetState, key, value).status();
}

absl::Status IndexStore::SetNumber(std::string_view key, int64_t value) {
  return SetState(key, absl::StrCat(value));
}

constexpr Statement kAddToState{"search_add_to_state", R"(
INSERT INTO state (key, value) VALUES ($1, $2)
ON CONFLICT (key) DO UPDATE SET value = CAST(state.value AS INTEGER) + $2)"};

absl::Status IndexStore::AddToNumber(std::string_view key, int64_t difference) {
  if (difference == 0) return absl::OkStatus();
  return tx_.Execute(kAddToState, key, difference).status();
}

constexpr Statement kReadLanguages{"search_read_languages", R"(
SELECT language FROM topics WHERE visible = 1
GROUP BY language ORDER BY COUNT(*) DESC, language LIMIT $1)"};

absl::StatusOr<std::vector<Language>> IndexStore::ReadLanguages(int64_t limit) {
  std::vector<Language> languages;
  RETURN_IF_ERROR(tx_.Query(
      kReadLanguages,
      [&](const Row& row) {
        const Language language = LanguageOf(row.Text(0));
        if (language != Language::kNone) languages.push_back(language);
      },
      limit));
  return languages;
}

constexpr Statement kQuickCheck{"search_quick_check", "PRAGMA quick_check(1)"};

absl::Status IndexStore::QuickCheck() {
  std::string answer;
  RETURN_IF_ERROR(tx_.Query(kQuickCheck, [&](const Row& row) { answer = row.Text(0); }));
  if (answer == "ok") return absl::OkStatus();
  return status::WithCause(
      absl::DataLossError("The search index is damaged and is being built anew."), answer);
}

constexpr Statement kTextsAfter{
    "search_texts_after",
    "SELECT id, checksum, text FROM texts WHERE id > $1 ORDER BY id LIMIT $2"};

absl::StatusOr<int64_t> IndexStore::VerifyTexts(int64_t after_id, int64_t limit) {
  int64_t last = 0;
  absl::Status damage;
  RETURN_IF_ERROR(tx_.Query(
      kTextsAfter,
      [&](const Row& row) {
        last = row.Int(0);
        damage.Update(VerifiedText(row.Int(1), row.Text(2)).status());
      },
      after_id, limit));
  RETURN_IF_ERROR(damage);
  return last;
}

}  // namespace forium::search
