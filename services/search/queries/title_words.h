// SPDX-License-Identifier: Apache-2.0
// How the words of a plan stand in a title that has identifiers: `shadow map` names the half of
// `SetShadowMapFilter`, but all of `ShadowMap`. Positions of hits do not tell that.
// Thread-compatible; one object serves one query.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/search/queries/plan.h"
#include "services/search/words/words.h"

namespace forium::search {

struct TitleWords {
  // Of the title, parts of identifiers each for itself; and how many of them the plan names.
  int all = 0;
  int named = 0;
  // Of each term: the share of the identifier that the plan names where it stands in identifiers
  // alone, else 1.
  std::array<float, kMaxTerms> shares;
};

class TitleReader {
 public:
  // Both outlive this.
  TitleReader(const Plan& plan, Words& words);

  // Whether a title may have identifiers of several parts: others need not be read.
  static bool MayHaveIdentifiers(std::string_view title);
  TitleWords Read(std::string_view title, Language language);

 private:
  using Terms = uint32_t;  // a bit each
  // A word of the title, or a whole identifier; and which terms name it.
  struct Place {
    size_t begin, end;
    Terms terms;
    bool Holds(const Place& other) const { return begin <= other.begin && other.end <= end; }
  };

  void Split(std::string_view title, Language language);
  void AddIdentifier(std::string_view title, const Place& whole, TitleWords& told) const;

  Words& words_;
  absl::flat_hash_map<std::string, Terms> terms_;
  std::vector<Place> places_, wholes_;
};

}  // namespace forium::search
