// SPDX-License-Identifier: Apache-2.0
// FTS5's interface to auxiliary functions: https://www.sqlite.org/fts5.html, section 7.
#include "services/search/queries/hits.h"

#include <sqlite3.h>

#include <algorithm>
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
// Places that are kept of each term for telling what stands near; more change little.
constexpr int kPlaces = 12;
constexpr int kAdjacent = 2;
constexpr int kNear = 6;
// Past this no two places of different columns are near.
constexpr int kColumnApart = 1 << 28;

class Row {
 public:
  Row(const Fts5ExtensionApi* api, Fts5Context* context) : api_(api), context_(context) {}

  void Read(std::string_view plan) {
    const int phrases = std::min(api_->xPhraseCount(context_), static_cast<int>(plan.size() / 3));
    for (int phrase = 0; phrase < phrases; ++phrase) {
      const auto* const what = reinterpret_cast<const uint8_t*>(plan.data()) + 3 * phrase;
      if (what[0] < kMaxTerms) ReadPhrase(phrase, what[0], what[1], what[2]);
    }
    for (int term = 0; term + 1 < kMaxTerms; ++term) Compare(term, term + 1);
  }

  const RowHits& hits() const { return hits_; }

 private:
  void ReadPhrase(int phrase, uint8_t term, uint8_t form, uint8_t weight) {
    Fts5PhraseIter place;
    int column = 0;
    int offset = 0;
    if (api_->xPhraseFirst(context_, phrase, &place, &column, &offset) != SQLITE_OK) return;
    TermHit& hit = hits_.terms[term];
    const uint8_t before = std::max(hit.title, hit.body);
    for (int seen = 0; column >= 0 && seen < 255;
         api_->xPhraseNext(context_, &place, &column, &offset), ++seen) {
      if (column != kTitle && column != kBody) continue;
      uint8_t& best = column == kTitle ? hit.title : hit.body;
      best = std::max(best, weight);
      if (column == kBody && hit.count < 255) ++hit.count;
      if (counts_[term] < kPlaces) {
        places_[term][counts_[term]++] = column * kColumnApart + std::min(offset, kColumnApart / 2);
      }
    }
    if (std::max(hit.title, hit.body) > before) hit.form = form;
  }

  void Compare(int first, int second) {
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

  const Fts5ExtensionApi* const api_;
  Fts5Context* const context_;
  RowHits hits_;
  std::array<int, kMaxTerms> counts_ = {};
  std::array<std::array<int, kPlaces>, kMaxTerms> places_;
};

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
  Row row(api, context);
  row.Read({static_cast<const char*>(plan), plan == nullptr ? 0 : size});
  Answer(result, row.hits());
}

int AddTo(sqlite3* database, char** /*message*/, const void* /*api*/) {
  fts5_api* const api = Fts5Of(database);
  if (api == nullptr) return SQLITE_OK;
  return api->xCreateFunction(api, "hits", nullptr, Hits, nullptr);
}

}  // namespace

void HitPlan::Add(int term, int form, float weight) {
  bytes_.push_back(static_cast<char>(term));
  bytes_.push_back(static_cast<char>(std::min(form, 255)));
  bytes_.push_back(static_cast<char>(std::clamp(static_cast<int>(weight * 255.0f), 1, 255)));
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
