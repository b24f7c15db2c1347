// SPDX-License-Identifier: Apache-2.0
// Whatever bytes come in: tokens are sound and in order, and a text is found by each of the terms
// that it has as a query.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "services/search/words/language.h"
#include "services/search/words/words.h"
#include "tests/fuzz/require.h"

namespace {

using namespace forium::search;
using forium::fuzz::Require;

using Positions = std::vector<std::set<std::string>>;

Positions Split(Words& words, std::string_view text, Language language) {
  Positions at;
  words.Split(text, language, [&](const Token& token) {
    const auto position = static_cast<size_t>(token.position);
    const std::string shown(token.text);
    Require(!shown.empty() && shown.size() <= kMaxTokenBytes, "bad size of a token", shown);
    Require(shown.find('\0') == std::string::npos, "NUL in a token");
    Require(token.begin < token.end && token.end <= text.size(), "outside of the text", shown);
    Require(position == at.size() || position + 1 == at.size(), "out of order", shown);
    if (position == at.size()) at.emplace_back();
    at[position].insert(shown);
  });
  return at;
}

bool Stands(const Positions& at, const Form& form) {
  for (size_t i = 0; i + form.tokens.size() <= at.size(); ++i) {
    size_t j = 0;
    while (j < form.tokens.size() && at[i + j].contains(form.tokens[j])) ++j;
    if (j == form.tokens.size()) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  static Words words;
  const auto language = static_cast<Language>(bytes[0] % 17);
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  Detect(text, language);
  const Positions at = Split(words, text, language);
  for (const Term& term : words.SplitQuery(text, {language})) {
    Require(term.begin < term.end && term.end <= text.size(), "term outside", term.text);
    Require(!term.forms.empty(), "no form", term.text);
    bool found = false;
    for (const Form& form : term.forms) {
      Require(!form.tokens.empty() && form.weight > 0 && form.weight <= 1, "bad form", term.text);
      found = found || Stands(at, form);
    }
    Require(found, "a text is not found by its own term", term.text);
  }
  return 0;
}
