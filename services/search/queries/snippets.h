// SPDX-License-Identifier: Apache-2.0
// Cuts the part of a text that tells most of a query, and marks the words that were hit. Pieces of
// plain text: nobody needs to escape or to parse. Thread-compatible.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "services/search/queries/plan.h"

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
    int form;
    size_t index;
    size_t length;
  };
  struct Hit {
    size_t begin, end;
    int term;
  };
  std::vector<Hit> Find(std::string_view text, Language language);
  static void SortByPlace(std::vector<Hit>& hits);
  std::string_view Part(std::string_view text) const;
  size_t BestStart(std::string_view text, const std::vector<Hit>& hits) const;

  const Plan& plan_;
  Words& words_;
  absl::flat_hash_map<std::string, std::vector<Place>> places_;
  // Of the forms of each term.
  std::set<std::pair<std::string, int>> beginnings_;
};

}  // namespace forium::search
