// SPDX-License-Identifier: Apache-2.0
// The auxiliary function `hits(words, plan)` of FTS5: how a row was hit, term by term, told from
// positions alone (neither sizes nor texts are read). RegisterHits() of finder.h makes it known.
// Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace forium::search {

inline constexpr int kMaxTerms = 16;

// What each phrase of a MATCH expression stands for, in their order; three bytes each.
class HitPlan {
 public:
  // A phrase that is a form of a term; `weight` from 0 to 1.
  void Add(int term, int form, float weight);
  // A phrase that only filters.
  void AddFilter();
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

struct TermHit {
  // Weight of the best form; 0: not there.
  uint8_t title = 0;
  uint8_t body = 0;
  // Places in the body, at most 255.
  uint8_t count = 0;
  // Which form was the best.
  uint8_t form = 0;

  bool any() const { return title > 0 || body > 0; }
};

struct RowHits {
  std::array<TermHit, kMaxTerms> terms = {};
  // Pairs of neighbours in the query that stand in a row, or within six words, here; in title or
  // body.
  uint8_t adjacent = 0;
  uint8_t near = 0;
};

inline float WeightOf(uint8_t byte) { return static_cast<float>(byte) / 255.0f; }

// What hits() answered. Nothing is hit when it is malformed.
RowHits ParseHits(std::string_view blob);

}  // namespace forium::search
