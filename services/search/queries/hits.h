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

// Gathers how a row was hit, place by place.
class HitGatherer {
 public:
  enum class Column { kTitle, kBody };
  // Begins a form of a term; its places follow, those of the title first.
  void BeginForm(uint8_t term, uint8_t form, uint8_t weight);
  void Add(Column column, int offset);
  void EndForm();
  // Compares the places of neighbours. Last.
  const RowHits& Finish();

 private:
  // Places that are kept of each term for telling what stands near; more change little.
  static constexpr int kPlaces = 12;

  void Compare(int first, int second);

  RowHits hits_;
  uint8_t term_ = 0, form_ = 0, weight_ = 0, before_ = 0;
  std::array<int, kMaxTerms> counts_ = {};
  std::array<std::array<int, kPlaces>, kMaxTerms> places_;
};

// The weight of a form, from 0 to 1, as a byte that is not 0.
uint8_t ByteOf(float weight);
inline float WeightOf(uint8_t byte) { return static_cast<float>(byte) / 255.0f; }

// What hits() answered. Nothing is hit when it is malformed.
RowHits ParseHits(std::string_view blob);

}  // namespace forium::search
