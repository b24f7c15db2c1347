// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/title_words.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace forium::search {
namespace {

void Raise(uint32_t terms, float share, TitleWords& told) {
  for (size_t term = 0; term < told.shares.size(); ++term) {
    if ((terms >> term & 1) != 0) told.shares[term] = std::max(told.shares[term], share);
  }
}

}  // namespace

TitleReader::TitleReader(const Plan& plan, Words& words) : words_(words) {
  for (size_t i = 0; i < plan.terms.size() && i < kMaxTerms; ++i) {
    for (const PlannedForm& form : plan.terms[i].forms) {
      for (const std::string& token : form.tokens) terms_[token] |= Terms{1} << i;
    }
  }
}

// `FooBar`, `foo_bar`, `std::vector`, `scene.xml`.
bool TitleReader::MayHaveIdentifiers(std::string_view title) {
  for (size_t i = 1; i + 1 < title.size(); ++i) {
    const auto before = static_cast<unsigned char>(title[i - 1]);
    const auto here = static_cast<unsigned char>(title[i]);
    const auto behind = static_cast<unsigned char>(title[i + 1]);
    if (absl::ascii_isupper(here) && absl::ascii_isalnum(before)) return true;
    const bool joins = here == '_' || here == ':' || here == '.' || here == '/' || here == '\\';
    if (joins && before > ' ' && behind > ' ') return true;
  }
  return false;
}

void TitleReader::Split(std::string_view title, Language language) {
  places_.clear();
  wholes_.clear();
  int position = -1;
  words_.Split(title, language, [&](const Token& token) {
    const auto found = terms_.find(absl::string_view(token.text.data(), token.text.size()));
    const Terms terms = found == terms_.end() ? 0 : found->second;
    if (token.kind == Token::Kind::kIdentifier) {
      wholes_.push_back({token.begin, token.end, terms});
    } else if (token.position == position) {
      places_.back().terms |= terms;
    } else {
      places_.push_back({token.begin, token.end, terms});
      position = token.position;
    }
  });
}

// Words that hyphens join are words each for itself.
void TitleReader::AddIdentifier(std::string_view title, const Place& whole,
                                TitleWords& told) const {
  int parts = 0;
  int named = 0;
  bool hyphens = true;
  size_t end = 0;
  for (const Place& place : places_) {
    if (!whole.Holds(place)) continue;
    hyphens = hyphens && (parts == 0 || title.substr(end, place.begin - end) == "-");
    end = place.end;
    ++parts;
    named += place.terms != 0 || whole.terms != 0 ? 1 : 0;
  }
  if (parts == 0) return;
  const float share = hyphens ? 1.0f : static_cast<float>(named) / static_cast<float>(parts);
  for (const Place& place : places_) {
    if (!whole.Holds(place)) continue;
    Raise(place.terms, share, told);
  }
  Raise(whole.terms, 1, told);
}

TitleWords TitleReader::Read(std::string_view title, Language language) {
  Split(title, language);
  TitleWords told;
  told.shares.fill(0);
  for (const Place& whole : wholes_) AddIdentifier(title, whole, told);
  for (const Place& place : places_) {
    Terms terms = place.terms;
    bool alone = true;
    for (const Place& whole : wholes_) {
      if (!whole.Holds(place)) continue;
      terms |= whole.terms;
      alone = false;
    }
    if (alone) Raise(terms, 1, told);
    ++told.all;
    told.named += terms != 0 ? 1 : 0;
  }
  for (float& share : told.shares) share = share == 0 ? 1 : share;
  return told;
}

}  // namespace forium::search
