// SPDX-License-Identifier: Apache-2.0
// What was typed, as words, phrases and filters. Never fails: what is no operator is a word, and
// what was left out is told as a problem. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/forium/search/v1/search.pb.h"

namespace forium::search {

// What is past these is not read, and told. A person types far less.
inline constexpr size_t kMaxQueryBytes = 1000;
inline constexpr size_t kMaxQueryWords = 16;
inline constexpr size_t kMaxQueryFilters = 16;

struct QueryWord {
  std::string text;
  bool phrase = false;
  bool excluded = false;
  // Bytes of Query::text, with quotes and minus.
  size_t begin = 0, end = 0;
};

enum class FilterKind {
  kInTitle,
  kInFirst,
  kCategory,
  kTag,
  kUser,
  kTopic,
  kBefore,
  kAfter,
  kSolved,
  kUnsolved,
  kOpen,
  kClosed,
  kCode,
  kOrder,
};

struct QueryFilter {
  FilterKind kind = FilterKind::kInTitle;
  // As typed, without quotes.
  std::string value;
  bool excluded = false;
  // Of kTopic the id, of dates microseconds; -1: not one.
  int64_t number = 0;
  size_t begin = 0, end = 0;
};

struct Query {
  // Valid UTF-8 of at most kMaxQueryBytes: broken bytes and control characters are spaces.
  std::string text;
  std::vector<QueryWord> words;
  std::vector<QueryFilter> filters;
  std::vector<v1::Problem> problems;
  v1::Order order = v1::RELEVANCE;
  // The last thing is a word that may be going on: no space and no quote follows.
  bool typing = false;

  bool Has(FilterKind kind) const;
};

Query ParseQuery(std::string_view typed);

// `category`, as it is spelled in a query.
std::string_view NameOf(FilterKind kind);

// 2016, 2016-03, 2016-03-10: the microsecond at which it begins, UTC; -1: no date.
int64_t ParseDate(std::string_view date);

}  // namespace forium::search
