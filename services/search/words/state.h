// SPDX-License-Identifier: Apache-2.0
// What a Words object keeps between texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "services/search/words/characters.h"
#include "services/search/words/folded_words.h"
#include "services/search/words/runs.h"
#include "services/search/words/spaceless.h"
#include "services/search/words/words.h"

namespace forium::search {

// The stem of a word is a token behind this, so that it never is another word.
inline constexpr char kStemSign = '=';

struct Words::State {
  FoldedWords folded;
  Run run;
  SpacelessRun spaceless;
  std::string whole, stem, name;

  FoldedWord Fold(std::string_view text, const Part& part, Language language) {
    const std::string_view word = text.substr(part.begin, part.end - part.begin);
    return part.ascii ? folded.OfAscii(word, language) : folded.Of(word, language);
  }
  // The whole of the run's parts with their joiners, folded and cut; in `whole`.
  std::string_view Whole(std::string_view text);
  // A part with its suffix (`c++`), folded; in `name`.
  std::string_view Suffixed(std::string_view text, const Part& part);
  // Host of the run's URL, folded; in `whole`.
  std::string_view Host(std::string_view text);

  using Each = absl::FunctionRef<void(const Token&)>;
  // What begins at a byte, and of how many bytes the character is.
  static CharacterClass ClassAt(std::string_view text, size_t at, size_t& bytes);
  // Tokens of the run, or the spaceless run, that was read last; they give the next position.
  int GiveRun(std::string_view text, Language language, int position, Each each);
  int GivePart(std::string_view text, size_t index, Language language, int position, Each each);
  int GiveSpaceless(CharacterClass type, int position, Each each);
  // A term of the run that was read last.
  void AddWord(std::string_view text, const std::vector<Language>& languages,
               std::vector<Term>& terms);
  void AddIdentifier(std::string_view text, std::vector<Term>& terms);
};

}  // namespace forium::search
