// SPDX-License-Identifier: Apache-2.0
// How text becomes the tokens of the index, and a query the tokens that it looks for. A token is
// folded (NFKC, case, accents). At the position of a word stand: the word; its stem behind `=`; for
// the first part of an identifier, the whole of it; in scripts without spaces, the two and the
// three characters that begin there. Thread-compatible: an object per thread, made once (it keeps
// stemmers and buffers).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "services/search/words/language.h"

namespace forium::search {

// Changes whenever the tokens of some text do: an index of another version is built anew.
inline constexpr int kWordsVersion = 1;

// Longer words are cut: nobody types them.
inline constexpr size_t kMaxTokenBytes = 64;

struct Token {
  enum class Kind { kWord, kStem, kIdentifier, kGram };
  std::string_view text;  // valid during the call
  Kind kind;
  // Words are counted from 0; what stands at one position shares it.
  int position;
  // Bytes of the source.
  size_t begin, end;
};

// One way in which a term may stand in a text: a token, or several in a row.
struct Form {
  std::vector<std::string> tokens;
  // How much it counts: 1 as it was typed, less for a stem, a part, a correction.
  float weight = 1;
};

// A word of a query; any of the forms is a hit.
struct Term {
  std::string text;  // folded, as typed
  std::vector<Form> forms;
  // Neither an identifier with several parts, nor of a script without spaces: can be corrected by
  // the vocabulary, and continued when it is the last.
  bool plain = true;
  bool identifier = false;
  // Bytes of the query.
  size_t begin = 0, end = 0;
};

class Words {
 public:
  Words();
  ~Words();
  Words(const Words&) = delete;
  Words& operator=(const Words&) = delete;

  // All tokens of a text in order. Never fails: broken UTF-8 and NUL separate words.
  void Split(std::string_view text, Language language, absl::FunctionRef<void(const Token&)> each);

  // The terms of a query, with stems of each of the languages.
  std::vector<Term> SplitQuery(std::string_view text, const std::vector<Language>& languages);

  // Folds a whole text, for comparing names: NFKC, case, accents.
  std::string Fold(std::string_view text);
  // The stem as a token (`=run`); empty when the language has no stemmer.
  std::string StemToken(std::string_view folded_word, Language language);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A word that consists of marks, for the column `marks`: found whole, never split or folded.
// Spaces in it become `_`.
std::string Mark(std::string_view text);

}  // namespace forium::search
