// SPDX-License-Identifier: Apache-2.0
// Cuts the part of a text that tells most of a query, and marks the words that were hit. Pieces of
// plain text: nobody needs to escape or to parse. Thread-compatible.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "services/search/queries/plan.h"
#include "services/search/queries/word_starts.h"

namespace forium::search {

// Characters of a snippet.
inline constexpr size_t kSnippetCharacters = 240;

class Snippets {
 public:
  // Both outlive it.
  Snippets(const Plan& plan, Words& words);

  using Pieces = google::protobuf::RepeatedPtrField<v1::Piece>;
  void Cut(std::string_view text, Language language, Pieces* pieces);
  // The whole text.
  void Mark(std::string_view text, Language language, Pieces* pieces);

 private:
  // A place of a token in a form.
  struct Place {
    int term;
    size_t index;
    size_t length;
    // Of a form of several tokens: its place in rows_.
    size_t row;
  };
  // How far a form of several tokens has been read.
  struct Row {
    size_t next = 0;
    size_t begin = 0;
    int position = -1;
  };
  struct Hit {
    size_t begin, end;
    int term;
  };
  // Of a word, as it stands in a text; and of the word that must follow, where one must.
  struct Beginning {
    std::string_view letters;
    std::string_view next;
    int term;
    bool operator==(const Beginning&) const = default;
  };

  void AddBeginning(const std::vector<std::string>& tokens, int term);
  static bool Stands(const Beginning& beginning, std::string_view text, size_t at);
  std::vector<Hit> Guess(std::string_view text) const;
  std::vector<Hit> Find(std::string_view text, Language language);
  void NoteToken(const Token& token, size_t begin, int position, std::vector<Hit>& hits);
  std::string_view Part(std::string_view text) const;
  size_t BestStart(std::string_view text, const std::vector<Hit>& hits) const;

  const Plan& plan_;
  Words& words_;
  // Names are those of the plan.
  absl::flat_hash_map<absl::string_view, absl::InlinedVector<Place, 2>> places_;
  std::vector<Row> rows_;
  size_t rarest_ = 0;  // term
  WordStarts starts_;
  // By their first bytes.
  std::array<std::vector<Beginning>, 256> beginnings_;
};

}  // namespace forium::search
