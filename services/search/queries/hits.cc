// SPDX-License-Identifier: Apache-2.0
// FTS5's interface to auxiliary functions: https://www.sqlite.org/fts5.html, section 7.
#include "services/search/queries/hits.h"

#include <sqlite3.h>

#include <algorithm>
#include <bitset>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "services/search/queries/finder.h"
#include "services/search/words/store_fts5.h"

namespace forium::search {
namespace {

constexpr uint8_t kFilter = 0xFF;
constexpr int kTitle = 0;
constexpr int kBody = 1;
constexpr int kAdjacent = 2;
constexpr int kNear = 6;
// Past this no two places of different columns are near.
constexpr int kColumnApart = 1 << 28;

// Whether it is there.
bool ReadPhrase(const Fts5ExtensionApi* api, Fts5Context* context, int phrase,
                HitGatherer& gatherer) {
  Fts5PhraseIter place;
  int column = 0;
  int offset = 0;
  if (api->xPhraseFirst(context, phrase, &place, &column, &offset) != SQLITE_OK) return false;
  const bool there = column >= 0;
  for (int seen = 0; column >= 0 && seen < 255;
       api->xPhraseNext(context, &place, &column, &offset), ++seen) {
    if (column == kTitle) gatherer.Add(HitGatherer::Column::kTitle, offset);
    if (column == kBody) gatherer.Add(HitGatherer::Column::kBody, offset);
  }
  return there;
}

RowHits ReadRow(const Fts5ExtensionApi* api, Fts5Context* context, std::string_view plan) {
  HitGatherer gatherer;
  // Where two of several words are wanted, an expression has a form more than once, and some of
  // these without the places: it counts once.
  std::bitset<size_t{kMaxTerms} * 256> read;
  const int phrases = std::min(api->xPhraseCount(context), static_cast<int>(plan.size() / 3));
  for (int phrase = 0; phrase < phrases; ++phrase) {
    const auto* const what = reinterpret_cast<const uint8_t*>(plan.data()) + 3 * phrase;
    const size_t form = size_t{what[0]} * 256 + what[1];
    if (what[0] >= kMaxTerms || read.test(form)) continue;
    gatherer.BeginForm(what[0], what[1], what[2]);
    if (ReadPhrase(api, context, phrase, gatherer)) read.set(form);
    gatherer.EndForm();
  }
  return gatherer.Finish();
}

// Terms behind the last that was hit are left out.
void Answer(sqlite3_context* result, const RowHits& hits) {
  std::array<uint8_t, 2 + sizeof(TermHit) * kMaxTerms> bytes;
  bytes[0] = hits.adjacent;
  bytes[1] = hits.near;
  size_t size = 2;
  for (int term = 0; term < kMaxTerms; ++term) {
    const size_t at = 2 + sizeof(TermHit) * static_cast<size_t>(term);
    std::memcpy(bytes.data() + at, &hits.terms[term], sizeof(TermHit));
    if (hits.terms[term].any()) size = at + sizeof(TermHit);
  }
  sqlite3_result_blob(result, bytes.data(), static_cast<int>(size), SQLITE_TRANSIENT);
}

void Hits(const Fts5ExtensionApi* api, Fts5Context* context, sqlite3_context* result, int count,
          sqlite3_value** values) {
  if (count != 1) {
    return sqlite3_result_error(result, "hits() takes a table and a plan", -1);
  }
  const void* const plan = sqlite3_value_blob(values[0]);
  const auto size = static_cast<size_t>(sqlite3_value_bytes(values[0]));
  const std::string_view bytes(static_cast<const char*>(plan), plan == nullptr ? 0 : size);
  Answer(result, ReadRow(api, context, bytes));
}

int AddTo(sqlite3* database, char** /*message*/, const void* /*api*/) {
  fts5_api* const api = Fts5Of(database);
  if (api == nullptr) return SQLITE_OK;
  return api->xCreateFunction(api, "hits", nullptr, Hits, nullptr);
}

}  // namespace

void HitGatherer::BeginForm(uint8_t term, uint8_t form, uint8_t weight) {
  term_ = term;
  form_ = form;
  weight_ = weight;
  before_ = std::max(hits_.terms[term].title, hits_.terms[term].body);
}

void HitGatherer::Add(Column column, int offset) {
  TermHit& hit = hits_.terms[term_];
  uint8_t& best = column == Column::kTitle ? hit.title : hit.body;
  best = std::max(best, weight_);
  if (column == Column::kBody && hit.count < 255) ++hit.count;
  if (counts_[term_] == kPlaces) return;
  const int start = column == Column::kTitle ? 0 : kColumnApart;
  places_[term_][counts_[term_]++] = start + std::min(offset, kColumnApart / 2);
}

void HitGatherer::EndForm() {
  TermHit& hit = hits_.terms[term_];
  if (std::max(hit.title, hit.body) > before_) hit.form = form_;
}

const RowHits& HitGatherer::Finish() {
  for (int term = 0; term + 1 < kMaxTerms; ++term) Compare(term, term + 1);
  return hits_;
}

void HitGatherer::Compare(int first, int second) {
  if (counts_[first] == 0 || counts_[second] == 0) return;
  int least = kColumnApart;
  for (int i = 0; i < counts_[first]; ++i) {
    for (int j = 0; j < counts_[second]; ++j) {
      const int apart = places_[second][j] - places_[first][i];
      // In the other order they are near, but never in a row.
      least = std::min(least, apart > 0 ? apart : kAdjacent + 1 - apart);
    }
  }
  if (least <= kAdjacent) ++hits_.adjacent;
  if (least <= kNear) ++hits_.near;
}

uint8_t ByteOf(float weight) {
  return static_cast<uint8_t>(std::clamp(static_cast<int>(weight * 255.0f), 1, 255));
}

void HitPlan::Add(int term, int form, float weight) {
  bytes_.push_back(static_cast<char>(term));
  bytes_.push_back(static_cast<char>(std::min(form, 255)));
  bytes_.push_back(static_cast<char>(ByteOf(weight)));
}

void HitPlan::AddFilter() { bytes_.append(3, static_cast<char>(kFilter)); }

RowHits ParseHits(std::string_view blob) {
  RowHits hits;
  if (blob.size() < 2) return hits;
  hits.adjacent = static_cast<uint8_t>(blob[0]);
  hits.near = static_cast<uint8_t>(blob[1]);
  const size_t terms = std::min<size_t>((blob.size() - 2) / sizeof(TermHit), kMaxTerms);
  std::memcpy(hits.terms.data(), blob.data() + 2, terms * sizeof(TermHit));
  return hits;
}

void RegisterHits() {
  static std::once_flag once;
  std::call_once(once, [] { sqlite3_auto_extension(reinterpret_cast<void (*)()>(AddTo)); });
}

}  // namespace forium::search
