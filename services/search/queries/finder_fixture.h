// SPDX-License-Identifier: Apache-2.0
// Short forms for tests of the finder: ask, and what the answer holds.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/search/index/testing/filled_index.h"
#include "services/search/queries/finder.h"

namespace forium::search {

inline constexpr Reader kAnonymous = {0, 0};
inline constexpr Reader kAdministrator = {1, 3};

class FinderTest : public testing::Test {
 protected:
  v1::SearchResponse Find(std::string_view q, const Reader& reader = kAnonymous, int size = 20,
                          const std::string& token = {}) {
    v1::SearchRequest request;
    request.set_q(std::string(q));
    request.set_page_size(size);
    request.set_page_token(token);
    request.set_facets(true);
    absl::StatusOr<v1::SearchResponse> response = Search(Now(), reader, request);
    EXPECT_TRUE(response.ok()) << q << ": " << response.status();
    return response.ok() ? *response : v1::SearchResponse();
  }

  v1::SuggestResponse SuggestFor(std::string_view q, const Reader& reader = kAnonymous) {
    v1::SuggestRequest request;
    request.set_q(std::string(q));
    absl::StatusOr<v1::SuggestResponse> response = Suggest(Now(), reader, request);
    EXPECT_TRUE(response.ok()) << q << ": " << response.status();
    return response.ok() ? *response : v1::SuggestResponse();
  }

  // What is asked; `kept_` where many questions follow each other and nothing changes.
  Snapshot Now() const { return kept_.has_value() ? *kept_ : index_.Read(); }

  static std::vector<int64_t> Topics(const v1::SearchResponse& response) {
    std::vector<int64_t> ids;
    for (const v1::Result& result : response.results()) ids.push_back(result.topic_id());
    return ids;
  }

  static std::vector<int64_t> Posts(const v1::SearchResponse& response) {
    std::vector<int64_t> ids;
    for (const v1::Result& result : response.results()) ids.push_back(result.post_id());
    return ids;
  }

  template <typename Pieces>
  static std::string Shown(const Pieces& pieces) {
    std::string shown;
    for (const v1::Piece& piece : pieces) {
      shown += piece.hit() ? "[" + piece.text() + "]" : piece.text();
    }
    return shown;
  }

  // Before the first connection is opened.
  struct Registered {
    Registered() { RegisterHits(); }
  };
  const Registered registered_;
  FilledIndex index_;
  std::optional<Snapshot> kept_;
};

}  // namespace forium::search
